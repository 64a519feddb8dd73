-- A notice goes from place to place: what its next step costs depends on those it reaches, not on who lives elsewhere.
-- NULL: all who lived there have been queued, and those who came later are looked for by `cursor`; so a notice that is
-- on its way already goes on as it began.

ALTER TABLE notices ADD COLUMN place_cursor {int};

-- PostgreSQL believes that a new notice has next to no cards, and looked for one reader's among all of them.
DROP INDEX cards_subject;
CREATE INDEX cards_subject ON cards (kind, subject_id, person_id);

-- Patrols: shifts that are grabbed, who waits for a place in one, and what was found on the round.

-- Until when somebody on a waiting list, who was asked whether they still come, may answer.
ALTER TABLE companions ADD COLUMN until {int};

-- A shift that comes every week: `next_at` is when the next one begins that has not been posted yet.
CREATE TABLE patrol_repeats (
    id {id},
    place_id {int} NOT NULL REFERENCES places (id),
    posted_by {int} NOT NULL REFERENCES people (id),
    minutes {int} NOT NULL,
    people {int} NOT NULL,
    points TEXT NOT NULL,
    next_at {int} NOT NULL,
    created_at {int} NOT NULL,
    ended_at {int},
    ended_by {int} REFERENCES people (id)
){strict};
CREATE TABLE patrols (
    id {id},
    task_id {int} NOT NULL UNIQUE REFERENCES tasks (id),
    repeat_id {int} REFERENCES patrol_repeats (id),
    posted_by {int} NOT NULL REFERENCES people (id),
    begins {int} NOT NULL,
    began_at {int},
    ended_at {int},
    note {bytes},
    reason {bytes}
){strict};
CREATE INDEX patrols_begins ON patrols (begins);
CREATE INDEX patrols_ended ON patrols (ended_at);

-- `located`: a position was sent along with the check-in. The position itself is not kept.
CREATE TABLE patrol_points (
    id {id},
    patrol_id {int} NOT NULL REFERENCES patrols (id),
    name TEXT NOT NULL,
    at {int},
    person_id {int} REFERENCES people (id),
    located {int} NOT NULL DEFAULT 0
){strict};
CREATE INDEX patrol_points_patrol ON patrol_points (patrol_id);
CREATE INDEX patrol_points_person ON patrol_points (person_id, at);

-- A hazard (a report of its own), a quarrel that was settled, a clue.
CREATE TABLE patrol_findings (
    id {id},
    patrol_id {int} NOT NULL REFERENCES patrols (id),
    kind TEXT NOT NULL,
    person_id {int} NOT NULL REFERENCES people (id),
    report_id {int} UNIQUE REFERENCES reports (id),
    words {bytes},
    at {int} NOT NULL,
    relayed_at {int}
){strict};
CREATE INDEX patrol_findings_patrol ON patrol_findings (patrol_id);
CREATE INDEX patrol_findings_person ON patrol_findings (person_id);

-- Notices: what staff tell a place, how far it has gone out, and who has it.

CREATE TABLE notices (
    id {id},
    author_id {int} NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    office_id {int} NOT NULL REFERENCES places (id),
    place_id {int} NOT NULL REFERENCES places (id),
    words {bytes} NOT NULL,
    photo TEXT,
    state TEXT NOT NULL,
    cursor {int} NOT NULL,
    mending {int},
    expected {int} NOT NULL,
    reached {int} NOT NULL DEFAULT 0,
    delivered {int} NOT NULL DEFAULT 0,
    blocked {int} NOT NULL DEFAULT 0,
    failed {int} NOT NULL DEFAULT 0,
    received {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    corrected_at {int},
    ended_at {int}
){strict};
CREATE INDEX notices_place ON notices (place_id, id);

-- Whom notices reach, counted by place without a look at the people.
CREATE INDEX people_readers ON people (place_id)
    WHERE joined_at IS NOT NULL AND erased_at IS NULL AND telegram_id IS NOT NULL AND contact_mode = 'chat';

-- One row for each person a notice goes to: the primary key is why nobody gets it twice.
CREATE TABLE deliveries (
    notice_id {int} NOT NULL REFERENCES notices (id),
    person_id {int} NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    receipt_at {int},
    PRIMARY KEY (notice_id, person_id)
){strict};
CREATE INDEX deliveries_person ON deliveries (person_id, notice_id);
CREATE INDEX deliveries_waiting ON deliveries (notice_id, person_id) WHERE state = 'waiting';

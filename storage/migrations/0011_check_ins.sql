-- 报平安: who says every day that they are well, whom else to tell, and how each of their days went.

CREATE TABLE check_ins (
    person_id {int} PRIMARY KEY REFERENCES people (id),
    minute {int} NOT NULL CONSTRAINT check_ins_minute CHECK (minute BETWEEN 0 AND 1439),
    enrolled_by {int} REFERENCES people (id),
    enrolled_at {int} NOT NULL,
    agreed_at {int},
    -- Nothing is asked before: the day after they agreed, or (with away_since) the day they come home.
    begins_at {int} NOT NULL,
    away_since {int}
){strict};
CREATE INDEX check_ins_away ON check_ins (begins_at) WHERE away_since IS NOT NULL;

CREATE TABLE check_in_contacts (
    person_id {int} NOT NULL REFERENCES people (id),
    contact_id {int} NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (person_id, contact_id)
){strict};
CREATE INDEX check_in_contacts_contact ON check_in_contacts (contact_id);

CREATE TABLE check_in_days (
    id {id},
    person_id {int} NOT NULL REFERENCES people (id),
    day {int} NOT NULL,
    due {int} NOT NULL,
    state TEXT NOT NULL,
    -- Up to here the clock's steps have been taken.
    acted_at {int} NOT NULL,
    task_id {int} UNIQUE REFERENCES tasks (id),
    found_by {int} REFERENCES people (id),
    settled_at {int},
    UNIQUE (person_id, day)
){strict};
-- Whoever is still open; an elder has at most one such day.
CREATE UNIQUE INDEX check_in_days_open ON check_in_days (person_id) WHERE settled_at IS NULL;
CREATE INDEX check_in_days_settled ON check_in_days (settled_at) WHERE settled_at IS NOT NULL;

-- Who was alerted, and hears the all-clear; who has opened the address.
CREATE TABLE check_in_alerts (
    day_id {int} NOT NULL REFERENCES check_in_days (id),
    person_id {int} NOT NULL REFERENCES people (id),
    opened_at {int},
    PRIMARY KEY (day_id, person_id)
){strict};
CREATE INDEX check_in_alerts_person ON check_in_alerts (person_id);

-- A visit followed through: a lone helper's clock, positions, the helper's photo, who came late or not at all.

-- `until`: by when whoever is there is asked whether all is well. `alarm_at`: nobody heard of them, or they asked for help.
ALTER TABLE tasks ADD COLUMN until {int};
ALTER TABLE tasks ADD COLUMN alarm_at {int};
-- What a position said that was sent at sign-in and at sign-out: sent, near, away. The position itself is not kept.
ALTER TABLE tasks ADD COLUMN came TEXT;
ALTER TABLE tasks ADD COLUMN went TEXT;

-- Shown to who is served, while the task is held, once staff have seen that it is them.
CREATE TABLE helper_photos (
    person_id {int} PRIMARY KEY REFERENCES people (id),
    file {bytes} NOT NULL,
    at {int} NOT NULL,
    checked_by {int} REFERENCES people (id)
){strict};

-- 1 in `settled`: a pause has followed, or staff have let it go; it counts for no other one.
CREATE TABLE lapses (
    person_id {int} NOT NULL REFERENCES people (id),
    task_id {int} NOT NULL REFERENCES tasks (id),
    kind TEXT NOT NULL,
    at {int} NOT NULL,
    told {int} NOT NULL DEFAULT 0,
    settled {int} NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, task_id)
){strict};
CREATE INDEX lapses_at ON lapses (at);

-- Nobody offers them anything until then.
CREATE TABLE offer_pauses (
    person_id {int} PRIMARY KEY REFERENCES people (id),
    until {int} NOT NULL
){strict};

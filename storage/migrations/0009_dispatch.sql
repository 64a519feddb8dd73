-- Volunteers and how they are asked: what they can do and when, who was asked last, how many a task takes.

ALTER TABLE roles ADD COLUMN asked_at {int} NOT NULL DEFAULT 0;
CREATE INDEX roles_asked ON roles (place_id, asked_at, person_id) WHERE role = 'volunteer' AND revoked_at IS NULL;

-- Minutes after midnight between which somebody is not to be disturbed; NULL: the community's hours alone.
ALTER TABLE people ADD COLUMN quiet_from {int};
ALTER TABLE people ADD COLUMN quiet_to {int};
-- Somebody who lives alone and is looked in on; only those who help them know.
ALTER TABLE people ADD COLUMN alone {int} NOT NULL DEFAULT 0;

-- What somebody offers; who has no row (an invitation made them a volunteer) helps at any time, with anything.
CREATE TABLE volunteers (
    person_id {int} PRIMARY KEY REFERENCES people (id),
    hours {int} NOT NULL,
    place_id {int} REFERENCES places (id),
    applied_at {int} NOT NULL,
    checked_at {int},
    checked_by {int} REFERENCES people (id),
    paused_until {int}
){strict};
CREATE TABLE volunteer_skills (
    person_id {int} NOT NULL REFERENCES people (id),
    skill TEXT NOT NULL,
    PRIMARY KEY (person_id, skill)
){strict};
CREATE TABLE team_members (
    team TEXT NOT NULL,
    person_id {int} NOT NULL REFERENCES people (id),
    PRIMARY KEY (team, person_id)
){strict};
CREATE INDEX team_members_person ON team_members (person_id);

ALTER TABLE orders ADD COLUMN wanted_id {int} REFERENCES people (id);
ALTER TABLE orders ADD COLUMN photo TEXT;

-- In which wave somebody was asked; 0: by hand, or because they have a desk.
ALTER TABLE offers ADD COLUMN wave {int} NOT NULL DEFAULT 0;
ALTER TABLE offers ADD COLUMN answered_at {int};

-- How many may join, how many must; who joins after the first is a companion.
ALTER TABLE tasks ADD COLUMN skill TEXT;
ALTER TABLE tasks ADD COLUMN urgent {int} NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN people {int} NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN least {int} NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN companions {int} NOT NULL DEFAULT 0
    CONSTRAINT tasks_enough CHECK (companions BETWEEN 0 AND people - 1);
ALTER TABLE tasks ADD COLUMN wave {int} NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN looking_since {int};
CREATE TABLE companions (
    task_id {int} NOT NULL REFERENCES tasks (id),
    person_id {int} NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (task_id, person_id)
){strict};
CREATE INDEX companions_person ON companions (person_id, state);

-- What looks for somebody goes on while some have claimed and more are wanted.
UPDATE timers SET kind = 'look_officer' WHERE kind = 'task_officer';
UPDATE timers SET kind = 'look_staff' WHERE kind = 'task_staff';
UPDATE tasks SET looking_since = changed_at, wave = 3 WHERE state = 'open' AND kind = 'visit';
UPDATE offers SET wave = 3 WHERE state = 'asked';

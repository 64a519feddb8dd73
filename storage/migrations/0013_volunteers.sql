-- Volunteers who register themselves: staff check who they are, may put it off, or stop somebody; who was in which team when.

ALTER TABLE volunteers ADD COLUMN put_off_at {int};
ALTER TABLE volunteers ADD COLUMN stopped_at {int};
ALTER TABLE volunteers ADD COLUMN stopped_by {int} REFERENCES people (id);
ALTER TABLE volunteers ADD COLUMN stopped_for {bytes};
CREATE INDEX volunteers_waiting ON volunteers (place_id) WHERE checked_at IS NULL;

-- A team's figures hold what its members did while they were in it.
ALTER TABLE team_members ADD COLUMN since {int} NOT NULL DEFAULT 0;
ALTER TABLE team_members ADD COLUMN until {int};

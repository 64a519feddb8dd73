-- 应急状态: while it is on, ordinary clocks that run out are held; it ends as a whole.

CREATE TABLE emergency_states (
    id {id},
    cause TEXT NOT NULL,
    begun_by {int} NOT NULL REFERENCES people (id),
    begun_at {int} NOT NULL,
    ended_by {int} REFERENCES people (id),
    ended_at {int}
){strict};
CREATE UNIQUE INDEX emergency_states_on ON emergency_states ((ended_at IS NULL)) WHERE ended_at IS NULL;

ALTER TABLE timers ADD COLUMN held_at {int};
CREATE INDEX timers_held ON timers (held_at) WHERE held_at IS NOT NULL;

-- Shifts (班次) of every kind: what patrols had alone, helpers at an event and searches have now as well.

ALTER TABLE patrols RENAME TO shifts;
ALTER TABLE patrol_repeats RENAME TO shift_repeats;
ALTER TABLE patrol_points RENAME TO shift_points;
ALTER TABLE patrol_findings RENAME TO shift_findings;
ALTER TABLE shift_points RENAME COLUMN patrol_id TO shift_id;
ALTER TABLE shift_findings RENAME COLUMN patrol_id TO shift_id;
DROP INDEX patrols_begins;
DROP INDEX patrols_ended;
DROP INDEX patrol_points_patrol;
DROP INDEX patrol_points_person;
DROP INDEX patrol_findings_patrol;
DROP INDEX patrol_findings_person;
CREATE INDEX shifts_begins ON shifts (begins);
CREATE INDEX shifts_ended ON shifts (ended_at);
CREATE INDEX shift_points_shift ON shift_points (shift_id);
CREATE INDEX shift_points_person ON shift_points (person_id, at);
CREATE INDEX shift_findings_shift ON shift_findings (shift_id);
CREATE INDEX shift_findings_person ON shift_findings (person_id);

-- What there is to do, or whom to look for (forgotten once it is over), and when they were found.
ALTER TABLE shifts ADD COLUMN words {bytes};
ALTER TABLE shifts ADD COLUMN found_at {int};
ALTER TABLE shift_repeats ADD COLUMN words {bytes};
ALTER TABLE shift_repeats ADD COLUMN skill TEXT;
ALTER TABLE shift_repeats ADD COLUMN kind TEXT NOT NULL DEFAULT 'patrol';

UPDATE timers SET kind = REPLACE(kind, 'patrol', 'shift') WHERE kind LIKE '%patrol%';
UPDATE cards SET kind = REPLACE(kind, 'patrol', 'shift') WHERE kind LIKE 'patrol%';
UPDATE outbox SET template = REPLACE(template, 'patrol/', 'shift/') WHERE template LIKE 'patrol/%';
DELETE FROM dialogues WHERE flow LIKE 'patrol%';

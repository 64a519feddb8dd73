-- What is looked for by somebody or somewhere, so that it costs the same among a million as among ten thousand.

CREATE INDEX timers_subject ON timers (subject_id);
CREATE INDEX tasks_person ON tasks (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX orders_for_others ON orders (ordered_by, id) WHERE ordered_by <> person_id;
CREATE INDEX report_followers_person ON report_followers (person_id, report_id);
CREATE INDEX reports_unit ON reports (unit, id) WHERE state = 'assigned';
CREATE INDEX votes_ended ON votes (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX places_kind ON places (kind, latitude);

-- Reports: what is wrong in the neighbourhood, who has it, and what became of it.

CREATE TABLE reports (
    id {id},
    reporter_id {int} REFERENCES people (id),
    category TEXT NOT NULL,
    place_id {int} NOT NULL REFERENCES places (id),
    spot {bytes},
    words {bytes},
    state TEXT NOT NULL,
    unit TEXT,
    keeper_id {int} REFERENCES people (id),
    group_id {int} REFERENCES groups (id),
    group_message_id {int},
    accept_due {int} NOT NULL,
    resolve_due {int} NOT NULL,
    outcome TEXT,
    stars {int} CONSTRAINT reports_stars CHECK (stars BETWEEN 1 AND 5),
    entered_by {int} REFERENCES people (id),
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL
){strict};
CREATE INDEX reports_open ON reports (place_id, id) WHERE state NOT IN ('closed', 'declined', 'withdrawn');
CREATE INDEX reports_reporter ON reports (reporter_id, id);
CREATE INDEX reports_near ON reports (category, place_id, created_at);

CREATE TABLE report_files (
    id {id},
    report_id {int} NOT NULL REFERENCES reports (id),
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    after {int} NOT NULL
){strict};
CREATE INDEX report_files_report ON report_files (report_id);

CREATE TABLE report_followers (
    report_id {int} NOT NULL REFERENCES reports (id),
    person_id {int} NOT NULL REFERENCES people (id),
    PRIMARY KEY (report_id, person_id)
){strict};

-- The timeline: appended to, never changed.
CREATE TABLE report_events (
    id {id},
    report_id {int} NOT NULL REFERENCES reports (id),
    at {int} NOT NULL,
    actor_id {int} REFERENCES people (id),
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    unit TEXT,
    note {bytes}
){strict};
CREATE INDEX report_events_report ON report_events (report_id, id);

-- What was found in a group and waits for its author's consent to become a report.
CREATE TABLE finds (
    id {id},
    group_id {int} NOT NULL REFERENCES groups (id),
    author_telegram_id {int} NOT NULL,
    message_id {int} NOT NULL,
    words {bytes},
    file TEXT,
    kind TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    used_at {int},
    created_at {int} NOT NULL,
    UNIQUE (group_id, message_id)
){strict};

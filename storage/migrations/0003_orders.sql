-- Orders, the tasks somebody claims for them, and the minutes that are banked.

CREATE TABLE orders (
    id {id},
    person_id {int} NOT NULL REFERENCES people (id),
    ordered_by {int} NOT NULL REFERENCES people (id),
    service TEXT NOT NULL,
    words {bytes},
    voice TEXT,
    password {bytes} NOT NULL,
    stars {int} CONSTRAINT orders_stars CHECK (stars BETWEEN 1 AND 5),
    created_at {int} NOT NULL
){strict};
CREATE INDEX orders_person ON orders (person_id, id);

-- The one unit of claimable work. A call carries what is to be said, and the question that is to be asked.
CREATE TABLE tasks (
    id {id},
    kind TEXT NOT NULL,
    order_id {int} UNIQUE REFERENCES orders (id),
    person_id {int} REFERENCES people (id),
    place_id {int} NOT NULL REFERENCES places (id),
    state TEXT NOT NULL,
    taker_id {int} REFERENCES people (id),
    due {int} NOT NULL,
    minutes {int} NOT NULL,
    asked_at {int},
    answered_at {int},
    arrived_at {int},
    done_at {int},
    template TEXT,
    context {bytes},
    question TEXT,
    subject_id {int},
    tries {int} NOT NULL DEFAULT 0,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL
){strict};
CREATE INDEX tasks_open ON tasks (place_id, id) WHERE state NOT IN ('confirmed', 'cancelled');
CREATE INDEX tasks_taker ON tasks (taker_id, id) WHERE taker_id IS NOT NULL;
CREATE INDEX tasks_question ON tasks (question, subject_id) WHERE question IS NOT NULL;

-- Who was asked for a task, and what they said; nobody is asked twice.
CREATE TABLE offers (
    task_id {int} NOT NULL REFERENCES tasks (id),
    person_id {int} NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (task_id, person_id)
){strict};
CREATE INDEX offers_person ON offers (person_id, at);

CREATE TABLE task_events (
    id {id},
    task_id {int} NOT NULL REFERENCES tasks (id),
    at {int} NOT NULL,
    actor_id {int} REFERENCES people (id),
    event TEXT NOT NULL,
    state TEXT NOT NULL
){strict};
CREATE INDEX task_events_task ON task_events (task_id, id);

-- The time bank: a transfer has movements that sum to zero; corrected by reversal only.
CREATE TABLE accounts (
    id {id},
    person_id {int} UNIQUE REFERENCES people (id)
){strict};
INSERT INTO accounts (person_id) VALUES (NULL);

CREATE TABLE transfers (
    id {id},
    task_id {int} UNIQUE REFERENCES tasks (id),
    at {int} NOT NULL
){strict};

CREATE TABLE movements (
    transfer_id {int} NOT NULL REFERENCES transfers (id),
    account_id {int} NOT NULL REFERENCES accounts (id),
    minutes {int} NOT NULL CONSTRAINT movements_not_zero CHECK (minutes <> 0),
    PRIMARY KEY (transfer_id, account_id)
){strict};
CREATE INDEX movements_account ON movements (account_id);

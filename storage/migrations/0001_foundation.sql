-- Who lives where, who may do what, and the path of one message.

CREATE TABLE places (
    id {id},
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent_id {int} REFERENCES places (id),
    cell_id {int} REFERENCES places (id),
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    floor {int},
    area {int},
    latitude {int},
    longitude {int},
    door TEXT NOT NULL UNIQUE
){strict};
CREATE INDEX places_parent ON places (parent_id);

-- Every place and what it lies in, itself included, by the houses' tree and by the grid's.
CREATE TABLE reach (
    ancestor_id {int} NOT NULL REFERENCES places (id),
    place_id {int} NOT NULL REFERENCES places (id),
    PRIMARY KEY (ancestor_id, place_id)
){strict};
CREATE INDEX reach_place ON reach (place_id, ancestor_id);

CREATE TABLE people (
    id {id},
    telegram_id {int} UNIQUE,
    language TEXT NOT NULL,
    contact_mode TEXT NOT NULL,
    keyboard TEXT NOT NULL,
    name {bytes},
    phone {bytes},
    phone_hash {bytes},
    place_id {int} REFERENCES places (id),
    consent_at {int},
    joined_at {int},
    verified_at {int},
    verified_by {int} REFERENCES people (id),
    unreachable_at {int},
    erased_at {int},
    created_at {int} NOT NULL
){strict};
CREATE INDEX people_place ON people (place_id);
CREATE INDEX people_phone ON people (phone_hash);

CREATE TABLE roles (
    id {id},
    person_id {int} NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    place_id {int} NOT NULL REFERENCES places (id),
    granted_at {int} NOT NULL,
    revoked_at {int}
){strict};
CREATE UNIQUE INDEX roles_person_id_role_place_id_key ON roles (person_id, role, place_id) WHERE revoked_at IS NULL;
CREATE INDEX roles_place ON roles (place_id, role) WHERE revoked_at IS NULL;

CREATE TABLE invites (
    id {id},
    token_hash {bytes} NOT NULL UNIQUE,
    role TEXT NOT NULL,
    place_id {int} NOT NULL REFERENCES places (id),
    uses_left {int} NOT NULL CONSTRAINT invites_uses_left CHECK (uses_left >= 0),
    expires_at {int} NOT NULL,
    created_at {int} NOT NULL
){strict};

CREATE TABLE groups (
    id {id},
    chat_id {int} NOT NULL UNIQUE,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    place_id {int} REFERENCES places (id),
    bound_by {int} REFERENCES people (id),
    left_at {int},
    created_at {int} NOT NULL
){strict};
CREATE INDEX groups_place ON groups (place_id);

-- What is looked into later: roles given, addresses opened, people confirmed or erased. Never changed.
CREATE TABLE audit (
    id {id},
    at {int} NOT NULL,
    action TEXT NOT NULL,
    actor_id {int} REFERENCES people (id),
    person_id {int} REFERENCES people (id),
    subject_kind TEXT,
    subject_id {int},
    detail TEXT
){strict};
CREATE INDEX audit_person ON audit (person_id, action);

CREATE TABLE dialogues (
    chat_id {int} NOT NULL,
    person_id {int} NOT NULL REFERENCES people (id),
    flow TEXT NOT NULL,
    step TEXT NOT NULL,
    draft {bytes} NOT NULL,
    touched_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (chat_id, person_id, flow)
){strict};

CREATE TABLE inbox (
    id {id},
    bot_id {int} NOT NULL,
    update_id {int} NOT NULL,
    lane {int} NOT NULL,
    payload {bytes} NOT NULL,
    state TEXT NOT NULL,
    tries {int} NOT NULL DEFAULT 0,
    received_at {int} NOT NULL,
    done_at {int},
    error TEXT,
    UNIQUE (bot_id, update_id)
){strict};
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;

-- A message that shows a subject as it is; edited in place whenever the subject changes.
CREATE TABLE cards (
    id {id},
    kind TEXT NOT NULL,
    subject_id {int} NOT NULL,
    person_id {int} REFERENCES people (id),
    group_id {int} REFERENCES groups (id),
    message_id {int},
    form TEXT,
    shown TEXT,
    created_at {int} NOT NULL
){strict};
CREATE UNIQUE INDEX cards_kind_subject_id_person_id_key ON cards (kind, subject_id, person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX cards_kind_subject_id_group_id_key ON cards (kind, subject_id, group_id) WHERE group_id IS NOT NULL;

CREATE TABLE outbox (
    id {id},
    priority {int} NOT NULL,
    kind TEXT NOT NULL,
    person_id {int} REFERENCES people (id),
    group_id {int} REFERENCES groups (id),
    card_id {int} REFERENCES cards (id),
    alters_id {int},
    alters_message {int},
    template TEXT,
    context {bytes},
    state TEXT NOT NULL,
    tries {int} NOT NULL DEFAULT 0,
    not_before {int} NOT NULL,
    created_at {int} NOT NULL,
    done_at {int},
    message_id {int},
    error TEXT
){strict};
CREATE INDEX outbox_waiting ON outbox (priority, id) WHERE state = 'waiting';
CREATE INDEX outbox_card ON outbox (card_id) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE timers (
    id {id},
    kind TEXT NOT NULL,
    subject_id {int} NOT NULL,
    due {int} NOT NULL,
    tries {int} NOT NULL DEFAULT 0,
    error TEXT,
    UNIQUE (kind, subject_id)
){strict};
CREATE INDEX timers_due ON timers (due);

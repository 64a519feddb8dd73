-- Votes: a question put to the households of a place. Jobs: what takes long and is done outside a transaction.

CREATE TABLE votes (
    id {id},
    kind TEXT NOT NULL,
    place_id {int} NOT NULL REFERENCES places (id),
    question TEXT NOT NULL,
    plan TEXT,
    plan_file TEXT,
    state TEXT NOT NULL,
    households {int} NOT NULL,
    opened_by {int} NOT NULL REFERENCES people (id),
    opened_at {int} NOT NULL,
    closes_at {int} NOT NULL,
    ended_at {int},
    touched_at {int} NOT NULL
){strict};
CREATE INDEX votes_state ON votes (state, id);

-- What can be chosen, in order; the names of yes, no and abstain are in the texts.
CREATE TABLE vote_options (
    vote_id {int} NOT NULL REFERENCES votes (id),
    choice TEXT NOT NULL,
    rank {int} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (vote_id, choice)
){strict};

-- The households that may vote, as they were when the vote was opened.
CREATE TABLE vote_roll (
    vote_id {int} NOT NULL REFERENCES votes (id),
    household_id {int} NOT NULL REFERENCES places (id),
    PRIMARY KEY (vote_id, household_id)
){strict};
CREATE INDEX vote_roll_household ON vote_roll (household_id, vote_id);

-- One ballot for each household on the roll; who pressed is forgotten when they are.
CREATE TABLE ballots (
    vote_id {int} NOT NULL,
    household_id {int} NOT NULL,
    choice TEXT NOT NULL,
    person_id {int} REFERENCES people (id),
    cast_at {int} NOT NULL,
    PRIMARY KEY (vote_id, household_id),
    FOREIGN KEY (vote_id, household_id) REFERENCES vote_roll (vote_id, household_id),
    FOREIGN KEY (vote_id, choice) REFERENCES vote_options (vote_id, choice)
){strict};
CREATE INDEX ballots_person ON ballots (person_id) WHERE person_id IS NOT NULL;

-- How far a round (cards, reminders, the result) has come through the roll.
CREATE TABLE vote_rounds (
    vote_id {int} NOT NULL REFERENCES votes (id),
    kind TEXT NOT NULL,
    household_id {int} NOT NULL,
    person_id {int} NOT NULL,
    PRIMARY KEY (vote_id, kind)
){strict};

CREATE TABLE jobs (
    id {id},
    kind TEXT NOT NULL,
    subject_id {int} NOT NULL,
    state TEXT NOT NULL,
    tries {int} NOT NULL DEFAULT 0,
    not_before {int} NOT NULL,
    error TEXT,
    created_at {int} NOT NULL,
    UNIQUE (kind, subject_id)
){strict};
CREATE INDEX jobs_waiting ON jobs (not_before, id) WHERE state = 'waiting';

CREATE TABLE pictures (
    id {id},
    kind TEXT NOT NULL,
    subject_id {int} NOT NULL,
    png {bytes} NOT NULL,
    file_id TEXT,
    created_at {int} NOT NULL,
    UNIQUE (kind, subject_id)
){strict};

-- Cards are refreshed by their subject, of which one may have very many.
CREATE INDEX cards_subject ON cards (kind, subject_id);

-- The time bank in full: three accounts for each person, what a second person must confirm first, and certificates.

-- 信用时 (credit), 荣誉时 (honour) and what lies above a ceiling (surplus) are apart; a person had one account before.
ALTER TABLE accounts RENAME TO accounts_before;
ALTER TABLE movements RENAME TO movements_before;

CREATE TABLE accounts (
    id {id},
    person_id {int} REFERENCES people (id),
    kind TEXT NOT NULL DEFAULT 'credit',
    UNIQUE (person_id, kind)
){strict};
INSERT INTO accounts (person_id, kind) SELECT person_id, 'credit' FROM accounts_before ORDER BY id;
CREATE UNIQUE INDEX accounts_fund ON accounts (kind) WHERE person_id IS NULL;

-- The other side of what is only recorded.
INSERT INTO accounts (person_id, kind) VALUES (NULL, 'honour');

CREATE TABLE movements (
    transfer_id {int} NOT NULL REFERENCES transfers (id),
    account_id {int} NOT NULL REFERENCES accounts (id),
    minutes {int} NOT NULL CONSTRAINT movements_not_zero CHECK (minutes <> 0),
    PRIMARY KEY (transfer_id, account_id)
){strict};
INSERT INTO movements (transfer_id, account_id, minutes)
SELECT m.transfer_id, a.id, m.minutes FROM movements_before m JOIN accounts_before b ON b.id = m.account_id
JOIN accounts a ON COALESCE(a.person_id, 0) = COALESCE(b.person_id, 0) AND a.kind = 'credit';
DROP TABLE movements_before;
DROP TABLE accounts_before;
-- With the minutes in it, so that a balance is read from the index alone.
CREATE INDEX movements_account ON movements (account_id, minutes);

-- What is posted once somebody else has said yes: an entry by hand, a reversal, a gift.
CREATE TABLE postings (
    id {id},
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by {int} NOT NULL REFERENCES people (id),
    person_id {int} REFERENCES people (id),
    minutes {int} NOT NULL CONSTRAINT postings_minutes CHECK (minutes > 0),
    relation TEXT,
    transfer_id {int} REFERENCES transfers (id),
    words {bytes},
    decided_by {int} REFERENCES people (id),
    decided_at {int},
    created_at {int} NOT NULL
){strict};
CREATE INDEX postings_asked ON postings (asked_by, id);
CREATE INDEX postings_person ON postings (person_id, id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX postings_reversal ON postings (transfer_id) WHERE kind = 'reversal' AND state <> 'rejected';

ALTER TABLE transfers ADD COLUMN kind TEXT NOT NULL DEFAULT 'visit';
ALTER TABLE transfers ADD COLUMN about_id {int} REFERENCES transfers (id);
ALTER TABLE transfers ADD COLUMN posting_id {int} REFERENCES postings (id);
CREATE UNIQUE INDEX transfers_reversal ON transfers (about_id) WHERE kind = 'reversal';
CREATE INDEX transfers_about ON transfers (about_id) WHERE about_id IS NOT NULL;
CREATE INDEX transfers_posting ON transfers (posting_id) WHERE posting_id IS NOT NULL;
CREATE INDEX transfers_at ON transfers (at);

-- What somebody was given in writing; the code is in the QR and tells what the paper tells.
CREATE TABLE certificates (
    id {id},
    code TEXT NOT NULL UNIQUE,
    person_id {int} NOT NULL REFERENCES people (id),
    name {bytes},
    visits {int} NOT NULL,
    credit {int} NOT NULL,
    honour {int} NOT NULL,
    since {int} NOT NULL,
    issued_at {int} NOT NULL
){strict};
CREATE INDEX certificates_person ON certificates (person_id, id);

-- Who volunteers, whom staff find by a part of their name.
CREATE INDEX roles_role ON roles (role, person_id) WHERE revoked_at IS NULL;

-- A task's minutes go to everybody who helped, to each of them once. SQLite drops no constraint: the table is made anew,
-- what refers to it is put aside meanwhile.

CREATE TABLE movements_before AS SELECT * FROM movements;
CREATE TABLE transfers_before AS SELECT * FROM transfers;
CREATE TABLE reversals_before AS SELECT id, transfer_id FROM postings WHERE transfer_id IS NOT NULL;
UPDATE postings SET transfer_id = NULL WHERE transfer_id IS NOT NULL;
DROP TABLE movements;
DROP TABLE transfers;

CREATE TABLE transfers (
    id {id},
    kind TEXT NOT NULL DEFAULT 'visit',
    task_id {int} REFERENCES tasks (id),
    helper_id {int} REFERENCES people (id),
    about_id {int} REFERENCES transfers (id),
    posting_id {int} REFERENCES postings (id),
    at {int} NOT NULL,
    UNIQUE (task_id, helper_id)
){strict};
INSERT INTO transfers (id, kind, task_id, helper_id, about_id, posting_id, at)
SELECT t.id, t.kind, t.task_id, (SELECT k.taker_id FROM tasks k WHERE k.id = t.task_id), t.about_id, t.posting_id, t.at
FROM transfers_before t ORDER BY t.id;
CREATE UNIQUE INDEX transfers_reversal ON transfers (about_id) WHERE kind = 'reversal';
CREATE INDEX transfers_about ON transfers (about_id) WHERE about_id IS NOT NULL;
CREATE INDEX transfers_posting ON transfers (posting_id) WHERE posting_id IS NOT NULL;
CREATE INDEX transfers_at ON transfers (at);

CREATE TABLE movements (
    transfer_id {int} NOT NULL REFERENCES transfers (id),
    account_id {int} NOT NULL REFERENCES accounts (id),
    minutes {int} NOT NULL CONSTRAINT movements_not_zero CHECK (minutes <> 0),
    PRIMARY KEY (transfer_id, account_id)
){strict};
INSERT INTO movements SELECT * FROM movements_before;
CREATE INDEX movements_account ON movements (account_id, minutes);

UPDATE postings SET transfer_id = (SELECT b.transfer_id FROM reversals_before b WHERE b.id = postings.id)
WHERE id IN (SELECT id FROM reversals_before);
DROP TABLE movements_before;
DROP TABLE transfers_before;
DROP TABLE reversals_before;

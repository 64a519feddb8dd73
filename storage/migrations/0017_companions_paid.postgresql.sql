-- A task's minutes go to everybody who helped, to each of them once.

ALTER TABLE transfers ADD COLUMN helper_id {int} REFERENCES people (id);
UPDATE transfers SET helper_id = (SELECT k.taker_id FROM tasks k WHERE k.id = transfers.task_id) WHERE task_id IS NOT NULL;
ALTER TABLE transfers DROP CONSTRAINT transfers_task_id_key;
ALTER TABLE transfers ADD CONSTRAINT transfers_task_helper UNIQUE (task_id, helper_id);

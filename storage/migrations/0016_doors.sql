-- 1: in an emergency reported from home, whoever of the desk comes may see the reporter's name, door and phone.

ALTER TABLE reports ADD COLUMN door {int} NOT NULL DEFAULT 0;

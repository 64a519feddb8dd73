-- A city of {residents} residents with three years behind it: see city.py. Names in braces are filled in there.
-- n counts; its `person` is the id of whoever lives in slot i. s is a slot and who lives there.

CREATE TEMPORARY TABLE n (i {int} PRIMARY KEY, person {int});
INSERT INTO n (i, person)
WITH RECURSIVE counted (i) AS (SELECT {zero} UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < {residents})
SELECT i, {people} + i * {inverse} % {residents} FROM counted;

-- Places.

INSERT INTO places (id, code, kind, parent_id, name_zh, name_en, door)
SELECT {places} + i * 10000, 'X' || i, 'community', street.id, '社区' || (i + 1), 'Community ' || (i + 1), 'x' || i
FROM n JOIN places street ON street.kind = 'street' WHERE i < {communities};

CREATE TEMPORARY TABLE kinds (
    kind TEXT, first {int}, many {int}, parent {int}, per_parent {int}, grid {int}, per_grid {int}, name TEXT
);
INSERT INTO kinds (kind, first, many, parent, per_parent, grid, per_grid, name) VALUES
    ('estate', 1, 4, 0, 4, NULL, NULL, '号小区'),
    ('grid', 11, 10, 0, 10, NULL, NULL, '网格'),
    ('unit', 21, 1, 0, 1, NULL, NULL, '物业'),
    ('building', 101, 100, 1, 25, 11, 10, '号楼'),
    ('stairwell', 1001, 400, 101, 4, 11, 40, '梯'),
    ('cell', 2001, 400, 11, 40, NULL, NULL, '小队'),
    ('household', 5001, 4000, 1001, 10, 2001, 10, '室');
INSERT INTO places (id, code, kind, parent_id, cell_id, name_zh, name_en, floor, area, latitude, longitude, door)
SELECT
    c.id + k.first + m.i, c.code || '-' || k.kind || '-' || m.i, k.kind,
    c.id + k.parent + m.i / k.per_parent, c.id + k.grid + m.i / k.per_grid,
    (m.i + 1) || k.name, k.kind || ' ' || (m.i + 1),
    CASE k.kind WHEN 'household' THEN 1 + m.i % 10 / 2 END, CASE k.kind WHEN 'household' THEN 8550 END,
    CASE k.kind WHEN 'building' THEN 26000000 + (c.id - {places}) / 100000 * 20000 + m.i / 10 * 1500 END,
    CASE k.kind WHEN 'building' THEN 119000000 + (c.id - {places}) / 10000 % 10 * 20000 + m.i % 10 * 1500 END,
    c.code || '.' || k.first || '.' || m.i
FROM kinds k JOIN n m ON m.i < k.many JOIN places c ON c.kind = 'community' AND c.id >= {places}
ORDER BY k.first, c.id, m.i;

-- What lies in what: each place in itself, and in all that its parent and its grid lie in.

CREATE TEMPORARY TABLE lies_in (place_id {int}, ancestor_id {int});
INSERT INTO lies_in (place_id, ancestor_id)
WITH RECURSIVE up (place_id, ancestor_id) AS (
    SELECT id, id FROM places WHERE id >= {places}
    UNION
    SELECT up.place_id, CASE w.i WHEN 0 THEN p.parent_id ELSE p.cell_id END
    FROM up JOIN places p ON p.id = up.ancestor_id JOIN n w ON w.i < 2
    WHERE CASE w.i WHEN 0 THEN p.parent_id ELSE p.cell_id END IS NOT NULL
)
SELECT place_id, ancestor_id FROM up;
INSERT INTO reach (ancestor_id, place_id) SELECT ancestor_id, place_id FROM lies_in ORDER BY place_id, ancestor_id;
DROP TABLE lies_in;

-- People. One in twenty has no chat, one in five the elder's keyboard, one in ten is not confirmed.

INSERT INTO people (
    id, telegram_id, language, contact_mode, keyboard, name, phone, phone_hash, place_id,
    consent_at, joined_at, verified_at, created_at
)
SELECT
    person, CASE WHEN i % 20 <> 3 THEN {accounts} + person - {people} END, 'zh',
    CASE WHEN i % 20 = 3 THEN 'phone' ELSE 'chat' END, CASE WHEN i % 5 = 4 THEN 'elder' ELSE 'plain' END,
    {name}, {phone}, {hash}, {places} + i / 10000 * 10000 + 5001 + i % 10000 * 2 / 5,
    at, at, CASE WHEN i % 10 <> 9 THEN at END, at
FROM (SELECT i, person, {past} + (person - {people}) * {span} / {residents} AS at FROM n) s ORDER BY person;

CREATE TEMPORARY TABLE held (role TEXT, every {int}, which {int}, first {int}, per_place {int});
INSERT INTO held (role, every, which, first, per_place) VALUES
    ('volunteer', 50, 7, 11, 1000), ('stair_captain', 25, 11, 1001, 25), ('building_captain', 100, 13, 101, 100),
    ('grid_worker', 1000, 17, 11, 1000), ('staff', 5000, 19, 0, 10000), ('staff', 10000, 29, 21, 10000);
INSERT INTO roles (person_id, role, place_id, granted_at)
SELECT s.person, h.role, {places} + s.i / 10000 * 10000 + h.first + s.i % 10000 / h.per_place, {past}
FROM n s JOIN held h ON s.i % h.every = h.which;

INSERT INTO groups (chat_id, language, place_id, created_at)
SELECT -7000000 - c.i * 101 - m.i, 'zh', {places} + c.i * 10000 + CASE m.i WHEN 0 THEN 0 ELSE 100 + m.i END, {past}
FROM n c JOIN n m ON m.i < 101 WHERE c.i < {communities};

-- Reports: as many as residents, the last fiftieth under way.

INSERT INTO reports (
    id, reporter_id, category, place_id, words, state, unit, keeper_id, accept_due, resolve_due, outcome, stars,
    created_at, changed_at
)
SELECT
    1 + k, s.person,
    CASE k % 7 WHEN 0 THEN 'fire_lane' WHEN 1 THEN 'stairwell' WHEN 2 THEN 'refuse' WHEN 3 THEN 'lift'
        WHEN 4 THEN 'pipe_burst' WHEN 5 THEN 'lighting' ELSE 'manhole' END,
    {places} + s.i / 10000 * 10000 + 101 + s.i % 10000 / 100, {words}, state,
    CASE WHEN state NOT IN ('submitted', 'accepted', 'declined', 'withdrawn') THEN 'X' || s.i / 10000 || '-unit-0' END,
    CASE WHEN state NOT IN ('submitted', 'withdrawn') THEN w.person END, at + {hour}, at + {day},
    CASE state WHEN 'closed' THEN 'solved' END, CASE state WHEN 'closed' THEN 1 + k % 5 END, at, at + {hour}
FROM (
    SELECT
        i AS k, {past} + i * {span} / {residents} AS at,
        CASE
            WHEN i < {residents} - {residents} / 50
            THEN CASE i % 20 WHEN 0 THEN 'declined' WHEN 1 THEN 'withdrawn' ELSE 'closed' END
            ELSE CASE i % 5 WHEN 0 THEN 'submitted' WHEN 1 THEN 'accepted' WHEN 2 THEN 'assigned' WHEN 3 THEN 'resolved'
                ELSE 'checked' END
        END AS state
    FROM n
) r
JOIN n s ON s.i = r.k * 7777777 % {residents}
JOIN n w ON w.i = s.i - s.i % 1000 + 17
ORDER BY k;

CREATE TEMPORARY TABLE steps (of TEXT, step {int}, event TEXT, state TEXT);
INSERT INTO steps (of, step, event, state) VALUES
    ('report', 0, 'submit', 'submitted'), ('report', 1, 'accept', 'accepted'), ('report', 2, 'assign', 'assigned'),
    ('report', 3, 'resolve', 'resolved'), ('report', 4, 'check', 'checked'), ('report', 5, 'solved', 'closed'),
    ('task', 0, 'open', 'open'), ('task', 1, 'claim', 'claimed'), ('task', 2, 'set_off', 'on_way'),
    ('task', 3, 'arrive', 'arrived'), ('task', 4, 'finish', 'done'), ('task', 5, 'confirm', 'confirmed');
INSERT INTO report_events (report_id, at, actor_id, event, state, unit, note)
SELECT r.id, r.created_at + e.step * {hour}, r.keeper_id, e.event, e.state, r.unit, CASE e.step WHEN 3 THEN {words} END
FROM reports r
LEFT JOIN steps reached ON reached.of = 'report' AND reached.state = r.state
JOIN steps e ON e.of = 'report' AND e.step <= COALESCE(reached.step, 0)
ORDER BY r.id, e.step;

INSERT INTO report_files (report_id, kind, file, after)
SELECT id, 'photo', 'AgACAgUAAxkBAAIB' || id, 0 FROM reports WHERE id % 5 < 3 ORDER BY id;
INSERT INTO report_followers (report_id, person_id)
SELECT id, {people} + id * 31 % {residents} FROM reports WHERE id % 5 = 0 ORDER BY id;

INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at)
SELECT
    CASE m.i WHEN 0 THEN 'report' WHEN 1 THEN 'report_mine' ELSE 'report_result' END, r.id,
    CASE m.i WHEN 0 THEN r.keeper_id ELSE r.reporter_id END, r.id * 3 + m.i, 'text', '0123456789abcdef', r.created_at
FROM reports r
JOIN n m ON m.i = 1 OR (m.i = 0 AND r.keeper_id IS NOT NULL) OR (m.i = 2 AND r.state = 'closed')
WHERE m.i < 3 ORDER BY r.id, m.i;

INSERT INTO timers (kind, subject_id, due)
SELECT CASE m.i WHEN 0 THEN 'report_accept' ELSE 'report_resolve' END, r.id, {now} + {day} + r.id * 37 % {day}
FROM reports r JOIN n m ON m.i < 2 WHERE r.state IN ('submitted', 'accepted', 'assigned') ORDER BY r.id;

INSERT INTO finds (group_id, author_telegram_id, message_id, words, kind, token, used_at, created_at)
SELECT g.id, {accounts} + n.i, n.i, {words}, 'photo', 'find' || n.i, {now}, {now}
FROM n JOIN groups g ON g.chat_id = -7000000 - n.i % {communities} * 101 WHERE n.i < {residents} / 100;

-- Orders: one for each elder, taken by a volunteer of the grid; the last fiftieth under way.

INSERT INTO orders (id, person_id, ordered_by, service, words, password, stars, created_at)
SELECT
    1 + m.i, s.person, CASE WHEN m.i % 10 = 0 THEN w.person ELSE s.person END,
    CASE m.i % 3 WHEN 0 THEN 'repairs' WHEN 1 THEN 'meals' ELSE 'shopping' END, {words}, {name},
    CASE WHEN m.i % 2 = 0 THEN 5 END, {past} + m.i * {span} * 5 / {residents}
FROM n m
JOIN n s ON s.i = m.i * 7777777 % ({residents} / 5) * 5 + 4
JOIN n w ON w.i = s.i - s.i % 1000 + 17
WHERE m.i < {residents} / 5 ORDER BY m.i;

INSERT INTO tasks (
    id, kind, order_id, person_id, place_id, state, taker_id, due, minutes, arrived_at, done_at, created_at, changed_at
)
SELECT
    o.id, 'visit', o.id, o.person_id, p.place_id, o.state,
    CASE WHEN o.state NOT IN ('open', 'cancelled') THEN t.person END,
    CASE WHEN o.state IN ('open', 'claimed') THEN {now} + {day} ELSE o.created_at + {hour} END, 30,
    o.created_at + {hour}, o.created_at + 2 * {hour}, o.created_at, o.created_at + {day}
FROM (
    SELECT
        id, person_id, created_at, (id - 1) * 7777777 % ({residents} / 5) * 5 + 4 AS slot,
        CASE
            WHEN id <= {residents} / 5 - {residents} / 250
            THEN CASE id % 20 WHEN 0 THEN 'cancelled' ELSE 'confirmed' END
            ELSE CASE id % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'claimed' ELSE 'done' END
        END AS state
    FROM orders
) o
JOIN people p ON p.id = o.person_id
JOIN n t ON t.i = o.slot - o.slot % 1000 + o.id % 20 * 50 + 7
ORDER BY o.id;

INSERT INTO task_events (task_id, at, actor_id, event, state)
SELECT t.id, t.created_at + e.step * {hour} / 4, t.taker_id, e.event, e.state
FROM tasks t
LEFT JOIN steps reached ON reached.of = 'task' AND reached.state = t.state
JOIN steps e ON e.of = 'task' AND e.step <= COALESCE(reached.step, 0)
ORDER BY t.id, e.step;

INSERT INTO offers (task_id, person_id, state, at)
SELECT o.task_id, v.person, 'asked', o.at
FROM (
    SELECT
        t.id AS task_id, m.i AS which, t.created_at AS at,
        ((t.id - 1) * 7777777 % ({residents} / 5) * 5 + 4) / 1000 * 1000 + (t.id + m.i) % 20 * 50 + 7 AS slot
    FROM tasks t JOIN n m ON m.i < 3
) o
JOIN n v ON v.i = o.slot ORDER BY o.task_id, o.which;

INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at)
SELECT
    CASE m.i WHEN 0 THEN 'order_mine' ELSE 'order_ask' END, t.id, t.person_id, t.id * 2 + m.i, 'text',
    '0123456789abcdef', t.created_at
FROM tasks t JOIN n m ON m.i = 0 OR (m.i = 1 AND t.state = 'confirmed') WHERE m.i < 2 ORDER BY t.id, m.i;
INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at)
SELECT 'task', task_id, person_id, task_id, 'text', '0123456789abcdef', at FROM offers ORDER BY task_id;

INSERT INTO accounts (person_id)
SELECT person_id FROM roles WHERE role = 'volunteer' AND person_id >= {people};
INSERT INTO transfers (id, task_id, helper_id, at)
SELECT id, id, taker_id, changed_at FROM tasks WHERE state = 'confirmed' ORDER BY id;
INSERT INTO movements (transfer_id, account_id, minutes)
SELECT t.id, a.id, 30 FROM tasks t JOIN accounts a ON a.person_id = t.taker_id WHERE t.state = 'confirmed' ORDER BY t.id;
INSERT INTO movements (transfer_id, account_id, minutes)
SELECT t.id, fund.id, -30 FROM transfers t JOIN accounts fund ON fund.person_id IS NULL ORDER BY t.id;

INSERT INTO audit (at, action, actor_id, person_id, subject_kind, subject_id, detail)
SELECT created_at, 'opened_address', taker_id, person_id, 'task', id, 'volunteer'
FROM tasks WHERE taker_id IS NOT NULL ORDER BY id;
INSERT INTO timers (kind, subject_id, due)
SELECT CASE m.i WHEN 0 THEN 'look_officer' ELSE 'look_staff' END, t.id, {now} + {day} + t.id * 37 % {day}
FROM tasks t JOIN n m ON m.i < 2 WHERE t.state = 'open' ORDER BY t.id;

-- Votes: in each community one that is open and three that were, two in each estate, one in each building.

CREATE TEMPORARY TABLE asked (first {int}, many {int}, place {int}, per_place {int}, households {int});
INSERT INTO asked (first, many, place, per_place, households) VALUES
    (0, 4, 0, 4, 4000), (10, 8, 1, 2, 1000), (100, 100, 101, 1, 40);
INSERT INTO votes (
    id, kind, place_id, question, state, households, opened_by, opened_at, closes_at, ended_at, touched_at
)
SELECT
    1 + v.c * {votes} + v.local, 'yes_no', {places} + v.c * 10000 + v.place, '长者食堂开在二楼，同意吗？', v.state,
    v.households, s.person, {past}, CASE v.state WHEN 'open' THEN {now} + 5 * {day} ELSE v.ended END,
    CASE v.state WHEN 'closed' THEN v.ended END, v.ended
FROM (
    SELECT
        c.i AS c, a.first + m.i AS local, a.place + m.i / a.per_place AS place, a.households,
        CASE a.first + m.i WHEN 0 THEN 'open' ELSE 'closed' END AS state, {now} - (m.i + 1) * 20 * {day} AS ended
    FROM n c JOIN asked a ON 1 = 1 JOIN n m ON m.i < a.many WHERE c.i < {communities}
) v
JOIN n s ON s.i = v.c * 10000 + 19
ORDER BY v.c, v.local;

INSERT INTO vote_options (vote_id, choice, rank, name)
SELECT v.id, CASE m.i WHEN 0 THEN 'yes' WHEN 1 THEN 'no' ELSE 'abstain' END, m.i, ''
FROM votes v JOIN n m ON m.i < 3 ORDER BY v.id, m.i;
INSERT INTO vote_roll (vote_id, household_id)
SELECT v.id, r.place_id FROM votes v JOIN reach r ON r.ancestor_id = v.place_id
WHERE (r.place_id - {places}) % 10000 BETWEEN 5001 AND 9000 ORDER BY v.id, r.place_id;
INSERT INTO ballots (vote_id, household_id, choice, person_id, cast_at)
SELECT r.vote_id, r.household_id, CASE r.h % 3 WHEN 0 THEN 'no' ELSE 'yes' END, s.person, {now} - {day}
FROM (
    SELECT vote_id, household_id, (household_id - {places}) / 10000 AS c, (household_id - {places}) % 10000 - 5001 AS h
    FROM vote_roll
) r
JOIN n s ON s.i = r.c * 10000 + (r.h * 5 + 1) / 2
WHERE r.h % 10 IN (0, 1, 5, 7) ORDER BY r.vote_id, r.household_id;
INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at)
SELECT 'vote', 1 + (place_id - {places}) / 10000 * {votes}, id, id, 'text', '0123456789abcdef', {now}
FROM people WHERE id >= {people} AND verified_at IS NOT NULL AND telegram_id IS NOT NULL ORDER BY id;
INSERT INTO timers (kind, subject_id, due) SELECT 'vote_close', id, closes_at FROM votes WHERE state = 'open';

-- A notice in each community, read by half.

INSERT INTO notices (
    id, author_id, role, office_id, place_id, words, state, cursor, expected, reached, delivered, received,
    created_at, ended_at
)
SELECT
    1 + c.i, s.person, 'staff', {places} + c.i * 10000, {places} + c.i * 10000, {words}, 'sent',
    {people} + {residents}, 9500, 9500, 9500, 4750, {now}, {now}
FROM n c JOIN n s ON s.i = c.i * 10000 + 19 WHERE c.i < {communities};
INSERT INTO deliveries (notice_id, person_id, state, receipt_at)
SELECT 1 + (place_id - {places}) / 10000, id, 'delivered', CASE WHEN id % 2 = 0 THEN {now} END
FROM people WHERE id >= {people} AND telegram_id IS NOT NULL ORDER BY id;
INSERT INTO cards (kind, subject_id, person_id, message_id, form, shown, created_at)
SELECT 'notice', notice_id, person_id, person_id, 'text', '0123456789abcdef', {now} FROM deliveries ORDER BY person_id;

-- The last day's updates and messages, as housekeeping leaves them, and who is in the middle of something.

INSERT INTO inbox (bot_id, update_id, lane, payload, state, tries, received_at, done_at)
SELECT 1, i, {accounts} + i * 37 % {residents}, {payload}, 'done', 1, {now} - {hour}, {now} - {hour}
FROM n WHERE i < {residents} / 5;
INSERT INTO outbox (priority, kind, person_id, template, context, state, not_before, created_at, done_at, message_id)
SELECT
    1, 'say', {people} + i * 37 % {residents}, 'report/submitted', {payload}, 'sent',
    {now} - {hour}, {now} - {hour}, {now} - {hour}, i
FROM n WHERE i < {residents} / 5;
INSERT INTO dialogues (chat_id, person_id, flow, step, draft, touched_at, expires_at)
SELECT {accounts} + i, {people} + i, 'report', 'what', {payload}, {now}, {now} + {hour} FROM n WHERE i < {residents} / 1000;
DROP TABLE asked;
DROP TABLE steps;
DROP TABLE held;
DROP TABLE kinds;
DROP TABLE n;

-- Sample data of the demo: a chat application (public) and a plant (plant). Run by the role that owns everything.
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
SELECT setseed(0.42) \g /dev/null

CREATE TABLE groups (
  id   integer PRIMARY KEY,
  name text NOT NULL
);
INSERT INTO groups SELECT g, 'Group ' || g FROM generate_series(1, 10000) g;

CREATE TABLE members (
  group_id  integer NOT NULL,
  user_id   integer NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now()
);
-- Every group has a member; squared: a few groups are large, most are small.
INSERT INTO members
  SELECT CASE WHEN u <= 10000 THEN u ELSE 1 + (9999 * random() ^ 2)::integer END, u, now() - random() * interval '3 years'
  FROM generate_series(1, 1000000) u;
ALTER TABLE members ADD PRIMARY KEY (group_id, user_id);

CREATE TABLE conversations (
  id    integer PRIMARY KEY,
  topic text NOT NULL
);
INSERT INTO conversations SELECT c, 'Topic ' || c FROM generate_series(1, 20000) c;

CREATE TABLE messages (
  conversation_id integer NOT NULL,
  user_id         integer NOT NULL,
  sent_at         timestamptz NOT NULL
);
INSERT INTO messages
  SELECT 1 + m % 20000, 1 + (m % 20000 * 13 + (random() * 5)::integer) % 5000, now() - random() * interval '90 days'
  FROM generate_series(1, 200000) m;

CREATE MATERIALIZED VIEW group_member_counts AS
  SELECT group_id, count(*) AS member_count FROM members GROUP BY group_id;
CREATE UNIQUE INDEX group_member_counts_key ON group_member_counts (group_id);

CREATE MATERIALIZED VIEW conversation_participants_mv AS
  SELECT c.id AS conversation_id, m.user_id, c.topic, count(*) AS messages, max(m.sent_at) AS last_message_at
  FROM conversations c JOIN messages m ON m.conversation_id = c.id
  GROUP BY c.id, m.user_id, c.topic
  WITH NO DATA;
CREATE UNIQUE INDEX conversation_participants_mv_key ON conversation_participants_mv (conversation_id, user_id);

CREATE SCHEMA plant;
CREATE TABLE plant.stations (
  id   integer PRIMARY KEY,
  line text NOT NULL
);
INSERT INTO plant.stations SELECT s, 'Line ' || (1 + s % 4) FROM generate_series(1, 40) s;

CREATE TABLE plant.work_orders (
  id         integer PRIMARY KEY,
  station_id integer NOT NULL REFERENCES plant.stations,
  quantity   integer NOT NULL,
  started_at timestamptz NOT NULL,
  done_at    timestamptz
);
INSERT INTO plant.work_orders
  SELECT o, 1 + o % 40, 1 + (random() * 50)::integer, now() - random() * interval '30 days',
    CASE WHEN random() < 0.9 THEN now() END
  FROM generate_series(1, 50000) o;

CREATE MATERIALIZED VIEW plant.wip_by_station AS
  SELECT s.id AS station_id, s.line, count(*) AS orders, sum(w.quantity) AS quantity
  FROM plant.stations s JOIN plant.work_orders w ON w.station_id = s.id AND w.done_at IS NULL
  GROUP BY s.id, s.line;
CREATE UNIQUE INDEX wip_by_station_key ON plant.wip_by_station (station_id);

CREATE MATERIALIZED VIEW plant.wip_ageing AS
  SELECT date_trunc('day', started_at) AS started_on, count(*) AS orders
  FROM plant.work_orders WHERE done_at IS NULL
  GROUP BY 1;

CREATE MATERIALIZED VIEW plant.wip_summary AS
  SELECT line, sum(orders) AS orders, sum(quantity) AS quantity
  FROM plant.wip_by_station GROUP BY line;
CREATE UNIQUE INDEX wip_summary_key ON plant.wip_summary (line);
COMMIT;
ANALYZE groups, members, conversations, messages, group_member_counts, plant.stations, plant.work_orders,
  plant.wip_by_station, plant.wip_ageing, plant.wip_summary;

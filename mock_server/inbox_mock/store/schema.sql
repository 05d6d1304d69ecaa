-- One sandbox, whole. Times are text as the wire writes them, decimals are text, lists and objects are JSON text.
-- A table `things` holds what a thing is; the view `thing_records` adds what the API shows of its associations.

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), mode TEXT NOT NULL, now TEXT NOT NULL, rate REAL NOT NULL, anchor REAL NOT NULL);
CREATE TABLE timeline (
  id INTEGER PRIMARY KEY, due_at TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, happened INTEGER NOT NULL DEFAULT 0);
CREATE INDEX timeline_pending ON timeline (due_at, id) WHERE happened = 0;

-- Who may call.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, business_name TEXT NOT NULL, email TEXT, status TEXT NOT NULL, website TEXT, address1 TEXT, address2 TEXT,
  city TEXT, zip TEXT, state TEXT, country_code TEXT, default_locale TEXT NOT NULL, selected_locales TEXT NOT NULL,
  demo INTEGER NOT NULL, test INTEGER NOT NULL, inbox_email TEXT, phones TEXT NOT NULL, preferences TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE users (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, fullname TEXT NOT NULL);
CREATE TABLE applications (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, channel TEXT, client INTEGER NOT NULL, scopes TEXT NOT NULL, redirect_uris TEXT NOT NULL,
  client_id TEXT NOT NULL, client_secret TEXT NOT NULL, named_client_id TEXT, named_client_secret TEXT,
  default_price_increase TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE installations (
  application_id INTEGER NOT NULL REFERENCES applications, account_id INTEGER NOT NULL REFERENCES accounts,
  installed_at TEXT NOT NULL, uninstalled_at TEXT, PRIMARY KEY (application_id, account_id)) WITHOUT ROWID;
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, secret TEXT NOT NULL UNIQUE, name TEXT UNIQUE, application_id INTEGER NOT NULL REFERENCES applications,
  account_id INTEGER REFERENCES accounts, scopes TEXT NOT NULL, redirect_uri TEXT, issued_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT,
  access_id INTEGER REFERENCES tokens, -- of a refresh token: the access token that was issued with it
  previous_refresh_id INTEGER REFERENCES tokens, code_challenge TEXT);
-- previous_refresh_id: of an access token, what to revoke when it is first used; code_challenge: of a code, by PKCE's method S256
CREATE TABLE access_version (version INTEGER NOT NULL); -- how often what the admin API shows of all this was changed
INSERT INTO access_version VALUES (0);
CREATE TRIGGER application_made AFTER INSERT ON applications BEGIN UPDATE access_version SET version = version + 1; END;
CREATE TRIGGER application_changed AFTER UPDATE ON applications BEGIN UPDATE access_version SET version = version + 1; END;
CREATE TRIGGER account_made AFTER INSERT ON accounts BEGIN UPDATE access_version SET version = version + 1; END;
CREATE TRIGGER token_issued AFTER INSERT ON tokens BEGIN UPDATE access_version SET version = version + 1; END;
CREATE TRIGGER token_revoked AFTER UPDATE OF revoked_at ON tokens BEGIN UPDATE access_version SET version = version + 1; END;
CREATE TABLE rate_limits (application_id INTEGER PRIMARY KEY, window INTEGER NOT NULL, used INTEGER NOT NULL);

-- What an account has.
CREATE TABLE rentals (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, name TEXT NOT NULL, timezone TEXT NOT NULL, currency TEXT NOT NULL,
  checkin_time INTEGER NOT NULL, checkout_time INTEGER NOT NULL, details TEXT NOT NULL, -- what only the API shows, by attribute
  published_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX rentals_account ON rentals (account_id);
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, name TEXT NOT NULL, position INTEGER NOT NULL, internal INTEGER NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX sources_account ON sources (account_id, position);
CREATE TABLE clients (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, fullname TEXT, firstname TEXT, lastname TEXT, company TEXT, vat_number TEXT,
  notes TEXT, passport TEXT, preferred_locale TEXT, addresses TEXT NOT NULL, emails TEXT NOT NULL, phones TEXT NOT NULL,
  forget_me_at TEXT, processing_restricted_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX clients_account ON clients (account_id);
CREATE TABLE hosts (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, user_id INTEGER, source_id INTEGER, firstname TEXT NOT NULL, lastname TEXT NOT NULL,
  email TEXT, forget_me_at TEXT, processing_restricted_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX hosts_account ON hosts (account_id);
CREATE TABLE bookings (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, rental_id INTEGER NOT NULL REFERENCES rentals, client_id INTEGER, source_id INTEGER,
  inquiry_id INTEGER, application_id INTEGER, channel TEXT NOT NULL,
  start_at TEXT NOT NULL, end_at TEXT NOT NULL, start_at_global TEXT NOT NULL, end_at_global TEXT NOT NULL,
  status TEXT NOT NULL, reference TEXT NOT NULL, external_reference TEXT, locked TEXT, booked INTEGER NOT NULL, unavailable INTEGER NOT NULL, tentative_expires_at TEXT,
  adults INTEGER, children INTEGER, currency TEXT, initial_price TEXT, final_price TEXT,
  final_payback_to_owner TEXT, rental_payback_to_owner TEXT, channel_price TEXT, commission TEXT, discount TEXT, downpayment TEXT, damage_deposit TEXT,
  charge_damage_deposit_on_arrival INTEGER, damage_deposit_collection_method TEXT, damage_deposit_external_collection_method_name TEXT,
  paid_amount TEXT, payment_left_to_collect TEXT, authorized_amount TEXT, paid_or_authorized_amount TEXT, balance_due_at TEXT, reconciliation TEXT, imported INTEGER NOT NULL DEFAULT 0,
  door_key_code TEXT, expected_checkin_time TEXT, expected_checkout_time TEXT, notes TEXT,
  cancelation_reason TEXT, cancelation_message_to_guest TEXT, cancelation_message_to_channel TEXT, canceled_at TEXT,
  contract_updated_at TEXT, bookings_tag_ids TEXT NOT NULL DEFAULT '[]', created_by_id INTEGER, created_by_type TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX bookings_listed ON bookings (account_id, rental_id, start_at, id);
CREATE INDEX bookings_updated ON bookings (account_id, updated_at);
CREATE INDEX bookings_source ON bookings (source_id) WHERE source_id IS NOT NULL;
CREATE TABLE inquiries (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, rental_id INTEGER NOT NULL REFERENCES rentals, source_id INTEGER, booking_id INTEGER,
  conversation_id INTEGER, application_id INTEGER, firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL, country_code TEXT, phone TEXT,
  start_at TEXT NOT NULL, end_at TEXT NOT NULL, adults INTEGER, children INTEGER, message TEXT, locked TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX inquiries_account ON inquiries (account_id);
CREATE INDEX inquiries_conversation ON inquiries (conversation_id) WHERE conversation_id IS NOT NULL;

-- The inbox.
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, channel TEXT, default_channel TEXT, subject TEXT, source_id INTEGER, assignee_id INTEGER,
  deadline_response_at TEXT, closed_at TEXT, marked_as_spam_at TEXT, last_message_at TEXT,
  created_by_id INTEGER, created_by_type TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  -- How its channel relays what hosts write: after how many seconds, where that is not left to the dice, or not at all.
  relay_seconds INTEGER, relay_fails INTEGER NOT NULL DEFAULT 0);
CREATE INDEX conversations_account ON conversations (account_id);
CREATE INDEX conversations_updated ON conversations (account_id, updated_at);
CREATE TABLE conversation_bookings (
  conversation_id INTEGER NOT NULL REFERENCES conversations, booking_id INTEGER NOT NULL REFERENCES bookings,
  PRIMARY KEY (conversation_id, booking_id)) WITHOUT ROWID;
CREATE INDEX booking_conversations ON conversation_bookings (booking_id, conversation_id);
CREATE TABLE participants (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, conversation_id INTEGER NOT NULL REFERENCES conversations,
  member_id INTEGER NOT NULL, member_type TEXT NOT NULL, by_channel INTEGER NOT NULL, last_message_sent_at TEXT, read_at TEXT,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX participants_account ON participants (account_id);
CREATE INDEX participants_updated ON participants (account_id, updated_at);
CREATE INDEX participants_conversation ON participants (conversation_id);
CREATE INDEX participants_read ON participants (conversation_id, read_at) WHERE member_type = 'Host' AND read_at IS NOT NULL;
CREATE INDEX participants_member ON participants (member_id, member_type);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, conversation_id INTEGER NOT NULL REFERENCES conversations,
  sender_id INTEGER NOT NULL REFERENCES participants, content TEXT NOT NULL, origin TEXT NOT NULL, visibility TEXT NOT NULL, channel TEXT, sent_at TEXT,
  created_by_id INTEGER, created_by_type TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  -- When the guest saw it on the channel, and in which words if it was edited since.
  on_channel_at TEXT, on_channel_as TEXT);
CREATE INDEX messages_account ON messages (account_id);
CREATE INDEX messages_updated ON messages (account_id, updated_at);
CREATE INDEX messages_conversation ON messages (conversation_id);
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts, name TEXT NOT NULL, file_name TEXT NOT NULL, file_size INTEGER NOT NULL,
  file_content_type TEXT NOT NULL, image_width INTEGER, image_height INTEGER, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX attachments_account ON attachments (account_id);
CREATE TABLE attachment_files (attachment_id INTEGER PRIMARY KEY REFERENCES attachments, bytes BLOB NOT NULL);
CREATE TABLE message_attachments (
  message_id INTEGER NOT NULL REFERENCES messages, attachment_id INTEGER NOT NULL REFERENCES attachments, position INTEGER NOT NULL,
  PRIMARY KEY (message_id, attachment_id)) WITHOUT ROWID;
CREATE INDEX attachment_messages ON message_attachments (attachment_id, message_id);

-- What leaves the sandbox, and what was said to it.
-- A subscription with a role and no url is one that nobody has taken yet.
CREATE TABLE webhooks (id INTEGER PRIMARY KEY, application_id INTEGER NOT NULL REFERENCES applications, role TEXT, url TEXT, events TEXT NOT NULL,
  retries INTEGER NOT NULL, latency_seconds INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE deliveries (id INTEGER PRIMARY KEY, webhook_id INTEGER NOT NULL, application_id INTEGER NOT NULL, account_id INTEGER NOT NULL, url TEXT NOT NULL,
  event TEXT NOT NULL, record TEXT NOT NULL, forged INTEGER NOT NULL DEFAULT 0, reason TEXT, attempts INTEGER NOT NULL DEFAULT 0, retries INTEGER NOT NULL,
  outcome TEXT NOT NULL, created_at TEXT NOT NULL);
-- Deliveries that are being sent, and whose result is not recorded yet: what is in here when nobody sends was interrupted.
CREATE TABLE deliveries_under_way (delivery_id INTEGER PRIMARY KEY REFERENCES deliveries);
CREATE TABLE journal (id INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, status INTEGER,
  application_id INTEGER, delivery_id INTEGER, request TEXT NOT NULL, response TEXT NOT NULL, caused TEXT NOT NULL,
  fault_id INTEGER, reasons TEXT NOT NULL,
  -- Texts that request and response leave out, last in the row: whoever reads the columns before them reads none of their pages.
  request_body TEXT, response_body TEXT);
CREATE INDEX journal_deliveries ON journal (delivery_id) WHERE delivery_id IS NOT NULL;
-- What else it takes to repeat all that has happened: what has changed the sandbox besides requests, each after an entry of the journal;
-- and the bodies of requests that the journal does not hold whole.
CREATE TABLE commands (id INTEGER PRIMARY KEY, after INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, details TEXT NOT NULL);
CREATE TABLE request_bodies (entry_id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

-- What goes wrong on purpose; the image of a past belongs to a fault that shows it.
CREATE TABLE faults (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, options TEXT NOT NULL, match TEXT NOT NULL, set_at TEXT NOT NULL, ends_at TEXT,
  seen INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0, times INTEGER, lingering TEXT NOT NULL DEFAULT '[]');
CREATE TABLE fault_pasts (fault_id INTEGER PRIMARY KEY REFERENCES faults, image BLOB NOT NULL);

-- Every answer carries a total, so totals are kept, not counted: records of the inbox are never deleted.
CREATE TABLE counts (name TEXT, account_id INTEGER, n INTEGER NOT NULL, PRIMARY KEY (name, account_id)) WITHOUT ROWID;
CREATE TRIGGER conversations_counted AFTER INSERT ON conversations BEGIN
  INSERT INTO counts VALUES ('conversations', new.account_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER participants_counted AFTER INSERT ON participants BEGIN
  INSERT INTO counts VALUES ('participants', new.account_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER messages_counted AFTER INSERT ON messages BEGIN
  INSERT INTO counts VALUES ('messages', new.account_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER attachments_counted AFTER INSERT ON attachments BEGIN
  INSERT INTO counts VALUES ('attachments', new.account_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER clients_counted AFTER INSERT ON clients BEGIN
  INSERT INTO counts VALUES ('clients', new.account_id, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;

-- What the API shows.
CREATE VIEW conversation_records AS SELECT c.*, c.account_id AS account, c.assignee_id AS assignee, c.source_id AS source,
  (SELECT json_group_array(booking_id) FROM conversation_bookings WHERE conversation_id = c.id) AS bookings,
  (SELECT json_group_array(id) FROM inquiries WHERE conversation_id = c.id) AS inquiries,
  (SELECT json_group_array(id) FROM messages WHERE conversation_id = c.id) AS messages,
  (SELECT json_group_array(id) FROM participants WHERE conversation_id = c.id) AS participants,
  (SELECT max(read_at) FROM participants WHERE conversation_id = c.id AND member_type = 'Host' AND read_at IS NOT NULL) AS read_at
  FROM conversations c;
CREATE VIEW participant_records AS SELECT p.*, p.account_id AS account, p.conversation_id AS conversation, p.member_id AS member FROM participants p;
CREATE VIEW message_records AS SELECT m.*, m.account_id AS account, m.conversation_id AS conversation, m.sender_id AS sender,
  (SELECT json_group_array(attachment_id) FROM (SELECT attachment_id FROM message_attachments WHERE message_id = m.id ORDER BY position)) AS attachments
  FROM messages m;
CREATE VIEW attachment_records AS SELECT a.*, a.account_id AS account, a.file_name AS url,
  (SELECT json_group_array(message_id) FROM message_attachments WHERE attachment_id = a.id) AS messages
  FROM attachments a;
CREATE VIEW host_records AS SELECT h.*, h.account_id AS account, h.source_id AS source, h.user_id AS user,
  (SELECT json_group_array(id) FROM participants WHERE member_id = h.id AND member_type = 'Host') AS participants
  FROM hosts h;
CREATE VIEW booking_records AS SELECT b.*, b.account_id AS account, b.rental_id AS rental, b.client_id AS client, b.source_id AS source, b.inquiry_id AS inquiry,
  b.bookings_tag_ids AS bookings_tags, b.initial_price AS initial_rental_price, b.final_price AS final_rental_price,
  0 AS bookings_payments_count, 0 AS review_requests_count, NULL AS payment_url,
  (SELECT json_group_array(conversation_id) FROM conversation_bookings WHERE booking_id = b.id) AS conversations
  FROM bookings b;
CREATE VIEW client_records AS SELECT c.*, c.account_id AS account FROM clients c;
CREATE VIEW source_records AS SELECT s.*, s.account_id AS account,
  (SELECT json_group_array(id) FROM bookings WHERE source_id = s.id) AS bookings FROM sources s;
CREATE VIEW inquiry_records AS SELECT i.*, i.account_id AS account, i.rental_id AS rental, i.source_id AS source, i.booking_id AS booking, i.conversation_id AS conversation
  FROM inquiries i;
CREATE VIEW rental_records AS SELECT r.*, r.account_id AS account FROM rentals r;
CREATE VIEW application_records AS SELECT * FROM applications;
CREATE VIEW account_records AS SELECT * FROM accounts;
CREATE VIEW installation_records AS SELECT application_id AS id, account_id, account_id AS account, 'account' AS partnership_invoice_recipient FROM installations;

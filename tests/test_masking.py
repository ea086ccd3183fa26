"""What the mask hides, what it leaves alone, and that no text makes it slow."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.masking import Finding, Mask, mask
from tests.yaml_files import read_yaml

REPLAYS = sorted((Path(__file__).parent / "replays").glob("seed-*.yaml"))

# Put together here, so that no scanner of this repository takes them for real.
JWT = ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"])
PEM = "-----BEGIN RSA PRIVATE" + " KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----"
HEX, MIXED = "0123456789abcdef", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z"
BASIC = "c2VhcmNo" + "OlN1cGVyR2VoZWlt"
TOKENS = [
    *(
        ("AT" + "BB", MIXED),
        ("CCI" + "PAT_", f"{MIXED[:22]}_{HEX * 2}"),
        ("CF" + "PAT-", MIXED),
        ("EA" + "AAE", MIXED * 2),
    ),
    *(
        ("HR" + "KU-AA", MIXED),
        ("PM" + "AK-", f"{HEX}01234567-{HEX * 2}01"),
        ("bk" + "ua_", HEX * 2),
        ("da" + "pi", HEX * 2),
    ),
    *(
        ("fi" + "gd_", MIXED),
        ("fm" + "2_", MIXED),
        ("gl" + "c_", MIXED),
        ("nf" + "p_", MIXED),
        ("oy" + "2", "a1" * 21 + "b"),
    ),
    *(("psc" + "ale_pw_", MIXED), ("pu" + "l-", HEX * 2 + HEX[:8]), ("rn" + "d_", MIXED), ("ruby" + "gems_", HEX * 3)),
    *(
        ("sb" + "p_", HEX * 2 + HEX[:8]),
        ("sg" + "p_", f"{HEX}_{HEX * 2}{HEX[:8]}"),
        ("sny" + "k_uat.", f"1234abcd.{MIXED}"),
    ),
    *(("tf" + "p_", MIXED), ("ts" + "key-auth-", f"kAbCdEf3-{MIXED}"), ("ver" + "cel_blob_rw_", MIXED)),
    *(
        ("pa" + "tAbCdEf12345678.", HEX * 4),
        ("aBcDeFgHiJkLmN", ".atlas" + "v1." + MIXED * 2),
        ("1/1234567890123456:", HEX * 2),
    ),
    ("MTk4NjIyNDgzNDcxOTI1MjQ4", ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"),
]
SECRETS = [
    ("xox" + "b-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx", "slack_token"),
    ("xapp" + "-1-A012345-6789-abcdef0123456789", "slack_token"),
    ("gh" + "p_" + "a1B2" * 9, "github_token"),
    ("github_pat_" + "11ABCDEFG0" * 4, "github_token"),
    ("glp" + "at-x1Y2z3A4b5C6d7E8f9G0", "gitlab_token"),
    ("sk" + "-proj-abcdEFGH1234ijklMNOP5678", "api_key"),
    ("sk" + "_live_4eC39HqLyjWDarjtT1zdp7dc", "stripe_key"),
    ("AKIA" + "IOSFODNN7EXAMPLE", "aws_key"),
    ("wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY", "secret_key"),
    ("AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "google_key"),
    (JWT, "jwt"),
    (PEM, "private_key"),
    ("npm" + "_abcdefghijklmnopqrstuvwxyz0123456789", "token"),
    *((sign + rest, "token") for sign, rest in TOKENS),
    ("0123456789abcdef" * 2 + "-us12", "api_key"),
    ("ana.reyes+oncall@mail.example.com", "email"),
    ("221B Baker Street, London NW1 6XE", "post"),
    ("1600 Amphitheatre Parkway, Mountain View, CA 94043", "post"),
    ("742 Evergreen Ter, Springfield, OR 97475", "post"),
    ("Hauptstraße 5, 10115 Berlin", "post"),
    ("12 rue de la Paix, 75002 Paris", "post"),
    ("P.O. Box 123", "post"),
]
INSIDE = [
    ("postgres://app:{}@db.internal:5432/shop", "hunter2", "password"),
    ("redis://:{}@cache:6379/0", "p4ss", "password"),
    ("amqp://user:{}@mq.example.com/v", "a@b", "password"),
    ("password={} was logged", "hunter2", "password"),
    ("password={} was logged", "Tr0ub4dor&3", "password"),
    ("the config had password: {} in it", "hunter2", "password"),
    ("(it was password={}).", "hunter2!", "password"),
    ('"api_key": {},', '"abcd1234efgh5678"', "password"),
    ("DB_PASSWORD={}", "'s3 cret'", "password"),
    ("Server=db;User Id=sa;Password={};Encrypt=true", "Pa55w0rd", "password"),
    ("Authorization: Bearer {}", "abcdef0123456789abcdef", "token"),
    ("Authorization: Basic {}", "dXNlcjpwYXNz", "password"),
    *(
        ("DB_PASS={}", "hunter2abc", "password"),
        ("--db-pass={} -v", "swordfish", "password"),
        ("SMTP_PASS: {}", "s3cretValue1", "password"),
        ("REDIS_PASS={} was set", "'abc def 1'", "password"),
        ('{{"db_pass":{}}}', '"hunter2x"', "password"),
        ("pw: {}", "Hunter2!!", "password"),
        ("db_pw={} and", "swordfish", "password"),
    ),
    *(
        ("auth=Basic {}", BASIC, "password"),
        ('"Authorization": "Basic {}"', BASIC, "password"),
        ("Authorization: Basic {}", "cut0ff8a", "password"),
        ("Authorization: Token {}", HEX * 2 + HEX[:8], "token"),
        ('"Authorization": "Token {}"', HEX * 2 + HEX[:8], "token"),
    ),
    *(
        ("mysql -u root -p{} shop", "SuperSecret99", "password"),
        ("mysqldump -p{} -h db-1 shop > x", "swordfish", "password"),
        ("mariadb -h db -p{}", "'s3 cret'", "password"),
    ),
    ("curl -u admin:{} https://x.example", "s3cret", "password"),
    ("mysql --password {} -h db", "foobar12", "password"),
    ("https://x.example/cb?access_token={}&y=1", "abc123def456", "token"),
    ("https://hooks.slack.com/{}", "services/T000/B000/XXXXabc1", "webhook"),
    ("the password is {} now", "hunter2", "password"),
    ("jdbc:oracle:thin:scott/{}@db:1521/orcl", "t1ger99", "password"),
    ("host=db user=app password={} dbname=shop", "s3cr3t", "password"),
    ("mongodb+srv://ops:{}@cluster0.ab1cd.mongodb.net/shop", "p4ssW0rd", "password"),
    ("db:5432:shop:app:{}", "hunter2", "password"),
    ("https://{}@o123.ingest.example.io/456", HEX * 2, "token"),
    ("Cookie: {} was sent", f"session={HEX}", "token"),
    ("Set-Cookie: {}; Path=/", f"sid={HEX}", "token"),
    ("Authorization: SSWS {}", f"00{MIXED}", "token"),
    ("https://acme.webhook.office.com/{}", f"webhookb2/{HEX}/IncomingWebhook/{HEX}", "webhook"),
    ("Fastly-Key: {}", MIXED[:32], "api_key"),
    ("SECRET_KEY_BASE={}", HEX * 3, "api_key"),
]
FACTS = [
    "pool_size: 120 became pool_size: 12. one zero",
    "max_tokens=4096 and token: 15m ttl",
    "the token expired, the password reset mails failed",
    "secret: rotated 2024-03-15, api key rotation was late",
    "git@github.com:org/repo.git at 3f786850e387550fdab836ed7e6dc881de23001b",
    "ssh deploy@web-1.example.com and express@4.18.2 and nginx@1.service",
    "rolled back 3 pods on 10.0.0.12 and db-1.prod.example.com, [::1]:8080",
    "https://grafana.example.com/d/abc?orgId=1&from=1710496800000&to=1710507600000",
    "http://example.com:8080/path@foo is up",
    "password=$DB_PASSWORD or password=<redacted> or token={token} or password=***",
    "5 of 12 Web Servers restarted, 2 Main Databases, 12 Place orders failed",
    "@hanna-db and <@U123> in #ops, INC-7, #12, 30% of users",
    "the 503 Error Budget is 99.95 Percent",
    "task-12345678901234567890 and skylight-abcdefghijklmnop",
    "monitoring via api_key=[masked #1]",
    "fe80:0000:0000:0000:0202:b3ff:fe1e:8329 answered, 00:11:22:33:44:55 did not",
    "partition_key: orders-2024-03-15-eu-central-1-b and cache-key=user/1234567890",
    "the cookie: banner was broken, cookies expired at 10:05:20",
    "dapifoo and glc_ and rnd_seed=42, figd_ is a prefix",
    "10:05:20 db-1:5432: connection refused",
    "first-pass: 3/4 ok, two-pass=3000, low_pass: 20kHz-50Hz, tests-pass: 12/12 on build-7, by-pass: valve-12b",
    "basic monitoring, basic authentication was off, basic operations2 and Basic Constraints",
    "authorization: token refresh on api-gateway-eu-central-1 was slow",
    "psql -p5432 and mysql -P3306 --port=3307 -p -h db, mysql -p$DB_PASS; mysql - primary",
    "ssh -p2222 host and mysql was fine | redis -p6379",
    "the upward trend at 10pw: 12.5kW, compass: north-west-2",
]
# Sentences of postmortems in the standard format.
REFERENCES = [
    "Users attempting to access the platform encountered HTTP 503 errors.",
    "12th November 2023, 10:00 AM (PST)",
    "**Duration**: 2023-09-10 14:30 - 2023-09-10 15:45 (UTC)",
    "On August 12, 2023, from 14:30 to 17:45 (UTC), our e-commerce platform experienced a critical outage.",
    "Start Time: November 1, 2023, 09:00 AM (UTC) | End Time: November 1, 2023, 01:00 PM (UTC)",
    "Initially, the team assumed a DDoS attack due to the abrupt increase in traffic.",
    "Task 2: Enhance monitoring alerts for database performance, aiming for real-time detection.",
]


@pytest.mark.parametrize(("secret", "kind"), SECRETS, ids=[kind for _, kind in SECRETS])
def test_secrets_and_addresses_are_hidden_wherever_they_stand(secret: str, kind: str) -> None:
    for before, after in (("", ""), ("it was ", " in the log"), ("(", ")"), ("`", "`"), ("see:\n", "\nthen")):
        masked = mask(before + secret + after)
        assert masked.text == f"{before}[masked #1]{after}"
        assert masked.findings == (Finding(kind, len(before), len(before) + len(secret)),)
        among = Mask()
        rules = among.rules_for("\n".join(["the pool is full", masked.text, before + secret + after, "so it was"]))
        assert among.hide(before + secret + after, rules) == masked


@pytest.mark.parametrize(("sentence", "secret", "kind"), INSIDE, ids=[sentence for sentence, _, _ in INSIDE])
def test_of_a_password_in_its_place_only_the_password_is_hidden(sentence: str, secret: str, kind: str) -> None:
    masked, among = mask(sentence.format(secret)), Mask()
    assert masked.text == sentence.format("[masked #1]")
    assert among.hide(sentence.format(secret), among.rules_for(f"it was\n{sentence.format(secret)}")) == masked
    assert [finding.kind for finding in masked.findings] == [kind]


@pytest.mark.parametrize("fact", [*FACTS, *REFERENCES])
def test_facts_are_left_alone(fact: str) -> None:
    assert mask(fact).findings == ()


@pytest.mark.parametrize("path", REPLAYS, ids=lambda path: path.stem)
def test_nothing_that_was_typed_or_expected_in_the_references_is_hidden(path: Path) -> None:
    found = [text for text in texts(read_yaml(path)) if mask(text).findings]
    assert found == []


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in texts(each)]


def test_hosts_are_facts_unless_a_setting_hides_them() -> None:
    text = "10.0.0.12 and 2001:db8::1 behind db-1.prod.example.com"
    assert mask(text).text == text
    assert mask(text, hosts=True).text == "[masked #1] and [masked #2] behind [masked #3]"


def test_one_document_numbers_each_secret_once() -> None:
    document = Mask()
    assert document.hide("a@example.com, b@example.com").text == "[masked #1], [masked #2]"
    assert document.hide("b@example.com and password=hunter2").text == "[masked #2] and password=[masked #3]"
    assert document.kinds == ["email", "email", "password"]


@given(st.text(max_size=80))
def test_what_is_masked_once_stays_as_it_is(text: str) -> None:
    once = mask(text + " password=hunter2 ana@example.com").text
    assert mask(once).text == once


PIECES = st.sampled_from([*(secret for secret, _ in SECRETS), "no secret", " st", "12 Main St", "key", "\u2028", "\t"])


@settings(deadline=None)
@given(st.lists(st.lists(st.one_of(PIECES, st.text(max_size=50)), max_size=3).map(" ".join), max_size=6))
def test_many_texts_are_masked_as_each_of_them_alone(texts: list[str]) -> None:
    together, alone = Mask(hosts=True), Mask(hosts=True)
    rules = together.rules_for("\n".join(texts))
    assert [together.hide(text, rules) for text in texts] == [alone.hide(text) for text in texts]


@settings(deadline=None)
@given(st.lists(st.sampled_from([secret for secret, _ in SECRETS]), min_size=1, max_size=4))
def test_several_secrets_in_one_text_are_all_hidden(secrets: list[str]) -> None:
    text = mask(" then ".join(secrets)).text
    assert not [secret for secret in secrets if secret in text]


HEAVY = [
    "a",
    "a@",
    "a.",
    "-----BEGIN PRIVATE KEY-----",
    "password=",
    "eyJa-",
    "x://a:",
    "1 Aa ",
    "://",
    ":",
    "12 rue a ",
]
HEAVY += [
    "xoxb-",
    "curl -u ",
    "mysql ",
    "mysql -p",
    "basic a",
    "a_pass",
    "authorization: ",
    "=",
    " ",
    "pass ",
    "A1b2",
    "1 Main Street ",
    "sk-",
    "?token=",
    " --token ",
    "Aa.",
    "secret:'",
]


@pytest.mark.parametrize("piece", HEAVY)
def test_a_hundred_thousand_characters_take_no_more_than_a_second_and_a_half(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    began = time.process_time()
    Mask(hosts=True).hide(text)
    assert time.process_time() - began < 1.5

package io.backupmx.standalone;

import java.util.ArrayList;
import java.util.List;

/** Recipients that a mail server may judge this way or that: every local part in every domain, and some without. */
final class RecipientCases {

    private static final List<String> LOCAL_PARTS = List.of(
            "alice",
            "ALICE",
            "alice+box",
            "Alice+Box",
            "alice-box",
            "alice+",
            "alice+a+b",
            "+alice",
            "+",
            "bob",
            "bob+list",
            "bob+LIST",
            "bob+other",
            "bob+list+more",
            "nobody",
            "nobody+alice",
            "gone",
            "gone+box",
            "later",
            "special",
            "special+box",
            "star",
            "first.last",
            "\"alice\"",
            "\"Alice+y\"",
            "\"al ice\"",
            "\"nobody\"",
            "\"al\\ ice\"",
            "alice%other.test",
            "other.test!alice",
            "\"alice@other.test\"",
            "listed%route",
            "postmaster",
            "Postmaster",
            "postmaster+x",
            "abuse",
            "root",
            "owner-alice",
            "alice-request",
            "mailer-daemon",
            "double-bounce",
            "a".repeat(64),
            "o'hara",
            "x=y/z");

    private static final List<String> DOMAINS = List.of(
            "example.org",
            "EXAMPLE.Org",
            "example.org.",
            "sub.example.org",
            "Sub.Example.ORG.",
            "deep.sub.example.org",
            "exact.example.org",
            "below.exact.example.org",
            "example.net",
            "sub.example.net",
            "error.test",
            "sub.error.test",
            "retry.test",
            "other.test",
            "example.org.other.test",
            "otherexample.org",
            "org",
            "[127.0.0.1]",
            "[192.0.2.1]",
            "secondary.example",
            "example.org..",
            ".example.org",
            "exam ple.org",
            "example.org@other.test");

    private static final List<String> OTHERS = List.of(
            "alice", "postmaster", "POSTMASTER", "@other.test:alice@example.org", "@example.org:alice@other.test");

    private RecipientCases() {}

    static List<String> all() {
        List<String> all = new ArrayList<>(OTHERS);
        for (String domain : DOMAINS) {
            LOCAL_PARTS.forEach(localPart -> all.add(localPart + "@" + domain));
        }
        return all;
    }
}

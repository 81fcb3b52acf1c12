package io.backupmx.config;

import io.backupmx.smtp.Domain;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One list, as {@code postscreen_dnsbl_sites} writes it: {@code zone=127.0.[0..2].[2;4]*3}.
 *
 * @param answers which addresses mean that a client is listed, by octet; empty: all of 127.0.0.0/8, but those by which a list
 *     says that it was asked in vain (127.255.255.0/24)
 * @param score what a listing counts; of a list of good clients less than 0
 */
public record DnsblSite(String zone, List<Octet> answers, int score) {

    static final String FORM = "a list, as in zen.spamhaus.org, bl.example.org*2 or bl.example.org=127.0.0.[2..11]*3";

    private static final String ONE = "(?:[0-9]{1,3}|\\[[0-9.;]{1,100}\\])";
    private static final Pattern TEXT = Pattern.compile(
            "(?<zone>[A-Za-z0-9._-]+)(=(?<answers>" + ONE + "(?:\\." + ONE + "){3}))?(\\*(?<score>[+-]?[0-9]{1,3}))?");
    private static final Pattern OCTET = Pattern.compile(ONE);
    private static final Pattern RANGE = Pattern.compile("(?<from>[0-9]{1,3})(\\.\\.(?<to>[0-9]{1,3}))?");

    private static final int LOOPBACK = 127;

    /** One part of an address: some of its values. */
    public record Octet(List<Span> spans) {

        public Octet {
            spans = List.copyOf(spans);
        }

        boolean has(int value) {
            return spans.stream().anyMatch(span -> span.test(value));
        }
    }

    /** From one value to another, both included. */
    public record Span(int from, int to) implements IntPredicate {

        @Override
        public boolean test(int value) {
            return from <= value && value <= to;
        }
    }

    public DnsblSite {
        answers = List.copyOf(answers);
    }

    /** Empty when {@code text} is no such list. */
    static Optional<DnsblSite> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches() || Domain.parse(matcher.group("zone")).isEmpty()) {
            return Optional.empty();
        }
        String score = matcher.group("score");
        String answers = matcher.group("answers");
        Optional<List<Octet>> octets = answers == null ? Optional.of(List.of()) : octets(answers);
        return octets.map(
                some -> new DnsblSite(matcher.group("zone"), some, score == null ? 1 : Integer.parseInt(score)));
    }

    /** Whether a list that answers so has the client in it. */
    public boolean isListing(InetAddress answer) {
        if (!(answer instanceof Inet4Address)) {
            return false;
        }
        byte[] octets = answer.getAddress();
        if (answers.isEmpty()) {
            return octets[0] == LOOPBACK && !(octets[1] == -1 && octets[2] == -1);
        }
        for (int i = 0; i < octets.length; i++) {
            if (!answers.get(i).has(octets[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<List<Octet>> octets(String text) {
        List<Optional<Octet>> octets =
                OCTET.matcher(text).results().map(one -> octet(one.group())).toList();
        return octets.stream().allMatch(Optional::isPresent)
                ? Optional.of(octets.stream().flatMap(Optional::stream).toList())
                : Optional.empty();
    }

    private static Optional<Octet> octet(String text) {
        String inner = text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
        List<Optional<Span>> spans =
                Arrays.stream(inner.split(";", -1)).map(DnsblSite::span).toList();
        return spans.stream().allMatch(Optional::isPresent)
                ? Optional.of(new Octet(spans.stream().flatMap(Optional::stream).toList()))
                : Optional.empty();
    }

    private static Optional<Span> span(String text) {
        Matcher matcher = RANGE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int from = Integer.parseInt(matcher.group("from"));
        int to = matcher.group("to") == null ? from : Integer.parseInt(matcher.group("to"));
        return from <= to && to <= 0xff ? Optional.of(new Span(from, to)) : Optional.empty();
    }
}

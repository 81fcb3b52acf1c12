package io.backupmx.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One session of a {@link ScriptedPrimary}: what SMTP says to do, bent by the script. */
final class PrimarySession {

    /** A client may idle this long between commands; longer than any test. */
    private static final Duration IDLE = Duration.ofMinutes(10);
    /** Generous: parameters lengthen commands beyond the 512 octets of RFC 5321 §4.5.3.1.4. */
    private static final int MAX_COMMAND_OCTETS = 4096;

    /** An open mail transaction: MAIL was accepted. */
    private record Open(int number, EnvelopeLine mail, List<EnvelopeLine> recipients, Instant begun) {}

    private final Wire wire;
    private final PrimaryRecord.Arrival arrival;
    private final PrimaryRecord record;
    private final PrimaryStage stage;
    private final Supplier<Script> script;
    private Extensions offered = Extensions.none();
    private boolean greeted;
    private boolean lmtp;
    private Optional<Open> open = Optional.empty();

    PrimarySession(Wire wire, PrimaryRecord.Arrival arrival, PrimaryRecord record, Supplier<Script> script) {
        this.wire = wire;
        this.arrival = arrival;
        this.record = record;
        this.script = script;
        this.stage = new PrimaryStage(wire);
    }

    /** Its number. */
    int connection() {
        return arrival.number();
    }

    /** Runs until either side closes. */
    void run() {
        try (wire) {
            turnEnds("greeting");
            act(
                    moment(Phase.CONNECT, 0, "", "", ""),
                    "220 primary.example ESMTP",
                    answer -> answer.filter(text -> text.startsWith("2")).ifPresent(_ -> record.greeted(connection())));
            while (true) {
                command(readLine());
            }
        } catch (ProtocolException e) {
            violation(String.valueOf(e.getMessage()));
        } catch (IOException _) {
            // either side has closed
        } finally {
            over();
        }
    }

    private String readLine() throws IOException {
        return new String(wire.readLine(MAX_COMMAND_OCTETS, Deadline.in(IDLE)), StandardCharsets.UTF_8);
    }

    /** Whatever mail was on its way is not any more. */
    private void over() {
        open.ifPresent(mail -> record.over(mail.number()));
        open = Optional.empty();
    }

    /** Ends the session from another thread. */
    void stop() {
        stage.stop();
        try {
            wire.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void command(String line) throws IOException {
        if (line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
            violation("a bare CR or LF in command " + Octets.shown(Octets.utf8(line)));
        }
        int blank = line.indexOf(' ');
        String verb = (blank < 0 ? line : line.substring(0, blank)).toUpperCase(Locale.ROOT);
        if (!offered.offer("PIPELINING")) {
            turnEnds(verb);
        }
        switch (verb) {
            case "EHLO", "LHLO" -> ehlo(line, verb.equals("LHLO"));
            case "HELO" -> helo(line);
            case "MAIL" -> mail(line);
            case "RCPT" -> rcpt(line);
            case "DATA" -> data(line);
            case "RSET" -> {
                over();
                act(Phase.RSET, line, "", "250 2.0.0 Ok");
            }
            case "NOOP" -> act(Phase.NOOP, line, "", "250 2.0.0 Ok");
            case "QUIT" -> quit(line);
            case "XFORWARD" -> xforward(line);
            case "AUTH" -> auth(line);
            default -> act(Phase.OTHER, line, "", "500 5.5.2 Command unknown");
        }
    }

    private void ehlo(String line, boolean ofLmtp) throws IOException {
        lmtp = ofLmtp;
        record.ehlo();
        turnEnds("EHLO");
        over();
        List<String> keywords = script.get().keywords();
        List<String> lines = new ArrayList<>(List.of("250 primary.example"));
        lines.addAll(keywords);
        if (act(Phase.EHLO, line, "", String.join("\n", lines))) {
            greeted = true;
            offered = new Extensions(keywords);
        }
    }

    private void xforward(String line) throws IOException {
        record.said(line);
        if (!offered.offer("XFORWARD")) {
            violation("XFORWARD was not offered");
        } else if (open.isPresent()) {
            violation("XFORWARD within a mail");
        }
        act(Phase.XFORWARD, line, "", "250 2.0.0 Ok");
    }

    /** RFC 4954 §4: PLAIN with an initial response, and LOGIN. */
    private void auth(String line) throws IOException {
        record.said(line);
        if (!offered.offer("AUTH")) {
            violation("AUTH was not offered");
        }
        if (line.equals("AUTH LOGIN") && act(Phase.AUTH, line, "", "334 VXNlcm5hbWU6")) {
            String user = readLine();
            record.said(user);
            if (act(Phase.AUTH, user, "", "334 UGFzc3dvcmQ6")) {
                String password = readLine();
                record.said(password);
                act(Phase.AUTH, password, "", "235 2.7.0 Welcome");
            }
        } else if (!line.equals("AUTH LOGIN")) {
            act(Phase.AUTH, line, "", "235 2.7.0 Welcome");
        }
    }

    private void helo(String line) throws IOException {
        record.helo();
        over();
        if (act(Phase.HELO, line, "", "250 primary.example")) {
            greeted = true;
            offered = Extensions.none();
        }
    }

    private void mail(String line) throws IOException {
        Optional<EnvelopeLine> parsed = EnvelopeLine.parse(line);
        String sender = parsed.map(EnvelopeLine::address).orElse("");
        int number = record.transaction(connection(), sender);
        if (parsed.isEmpty() || !greeted || open.isPresent()) {
            record.over(number);
            violation("MAIL out of order or of wrong form: " + line);
            stage.reply("503 5.5.1 Bad sequence or syntax");
            return;
        }
        EnvelopeLine mail = parsed.get();
        offered.violationsIn(mail.parameters()).forEach(this::violation);
        String usual = mail.declaredSize() > sizeLimit() ? "552 5.3.4 Message too big" : "250 2.1.0 Ok";
        Moment moment = moment(Phase.MAIL, number, line, sender, sender);
        boolean begun = false;
        try {
            begun = act(moment, usual, _ -> {});
        } finally {
            if (!begun) {
                record.over(number);
            }
        }
        if (begun) {
            open = Optional.of(new Open(number, mail, new ArrayList<>(), Instant.now()));
        }
    }

    private void rcpt(String line) throws IOException {
        Optional<EnvelopeLine> parsed = EnvelopeLine.parse(line);
        if (parsed.isEmpty()) {
            violation("RCPT of wrong form: " + line);
            stage.reply("501 5.5.4 Syntax");
        } else if (open.isEmpty()) {
            stage.reply("503 5.5.1 MAIL first"); // after a refused MAIL a pipelining client gets here rightly
        } else {
            EnvelopeLine rcpt = parsed.get();
            offered.violationsIn(rcpt.parameters()).forEach(this::violation);
            if (act(Phase.RCPT, line, rcpt.address(), "250 2.1.5 Ok")) {
                open.get().recipients().add(rcpt);
            }
        }
    }

    private void data(String line) throws IOException {
        turnEnds("DATA");
        if (open.isEmpty() || open.get().recipients().isEmpty()) {
            stage.reply("503 5.5.1 No recipients"); // RFC 5321 §3.3; rightly reached by pipelining
        } else if (act(Phase.DATA, line, "", "354 Go on")) {
            content(open.get());
            over();
        }
    }

    private void content(Open mail) throws IOException {
        ContentReader reader = new ContentReader();
        Moment atContent =
                moment(Phase.CONTENT, mail.number(), "", "", mail.mail().address());
        boolean complete = false;
        Optional<Script.Rule> rule = script.get().ruleAt(atContent);
        try {
            complete = stage.readContent(reader, behaviour(rule), () -> rule.ifPresent(record::played));
            reader.flaws().forEach(flaw -> violation(flaw.toString()));
        } finally {
            if (!complete) {
                record(mail, reader, false, Optional.empty());
            }
        }
        String usual = reader.content().length > sizeLimit()
                ? "552 5.3.4 Message too big"
                : "250 2.0.0 Ok: taken as " + mail.number();
        if (!lmtp) {
            act(
                    moment(Phase.DOT, mail.number(), "", "", mail.mail().address()),
                    usual,
                    answer -> record(mail, reader, true, answer));
            return;
        }
        for (EnvelopeLine recipient : mail.recipients()) { // RFC 2033 §4.2
            Open one = new Open(mail.number(), mail.mail(), List.of(recipient), mail.begun());
            act(
                    moment(
                            Phase.DOT,
                            mail.number(),
                            "",
                            recipient.address(),
                            mail.mail().address()),
                    usual,
                    answer -> record(one, reader, true, answer));
        }
    }

    private void record(Open mail, ContentReader reader, boolean complete, Optional<String> answer) {
        record.mail(new ReceivedMail(
                connection(),
                mail.number(),
                mail.mail(),
                mail.recipients(),
                reader.content(),
                complete,
                answer,
                mail.begun(),
                Instant.now()));
    }

    private void quit(String line) throws IOException {
        act(Phase.QUIT, line, "", "221 2.0.0 Bye");
        throw new EOFException("QUIT");
    }

    private boolean act(Phase phase, String line, String address, String usual) throws IOException {
        int transaction = open.map(Open::number).orElse(0);
        String sender = open.map(mail -> mail.mail().address()).orElse("");
        return act(moment(phase, transaction, line, address, sender), usual, _ -> {});
    }

    private Moment moment(Phase phase, int transaction, String line, String address, String sender) {
        return new Moment(phase, connection(), transaction, line, address, sender, arrival.open());
    }

    /** Whether the reply was positive. {@code decided} hears of it (or of there being none) before the client does. */
    private boolean act(Moment moment, String usual, Consumer<Optional<String>> decided) throws IOException {
        Optional<Script.Rule> rule = script.get().ruleAt(moment);
        rule.ifPresent(record::played);
        char first = stage.act(behaviour(rule), usual, decided).charAt(0);
        return first == '2' || first == '3';
    }

    private static Behaviour behaviour(Optional<Script.Rule> rule) {
        return rule.map(Script.Rule::behaviour).orElseGet(Behaviour::accept);
    }

    /** The client must have said nothing beyond this: it has to hear the reply first (RFC 2920 §3.1, RFC 5321 §4.3.1). */
    private void turnEnds(String after) throws IOException {
        if (wire.hasPending()) {
            violation("the client did not wait for the reply to " + after);
        }
    }

    private long sizeLimit() {
        return offered.sizeLimit().orElse(Long.MAX_VALUE);
    }

    private void violation(String what) {
        record.violation(connection(), what);
    }
}

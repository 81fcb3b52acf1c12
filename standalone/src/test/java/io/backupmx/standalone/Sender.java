package io.backupmx.standalone;

import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Mail from the world, one connection a mail. */
final class Sender {

    static final String FROM = "carol@client.example";

    private static final Pattern QUEUED = Pattern.compile("250 2\\.0\\.0 Ok: queued as (?<id>[0-9A-Z]+)");

    private Sender() {}

    /** Sends it, which must be answered as the README says; its queue id. */
    static String send(int port, byte[] content, String... recipients) {
        ScriptedSmtpClient client = ScriptedSmtpClient.to(port);
        try {
            String id = queueId(client.sendMail(FROM, List.of(recipients), content));
            client.quit();
            return id;
        } finally {
            client.close();
        }
    }

    static String send(int port, String content, String... recipients) {
        return send(port, content.getBytes(StandardCharsets.ISO_8859_1), recipients);
    }

    /** The id behind {@code queued as}. */
    static String queueId(SendOutcome outcome) {
        return switch (outcome) {
            case SendOutcome.Accepted(var reply, var refused)
            when refused.isEmpty() -> {
                Matcher matcher = QUEUED.matcher(reply.text());
                if (!matcher.matches()) {
                    throw new AssertionError("not the reply we promise: " + reply);
                }
                yield matcher.group("id");
            }
            case SendOutcome.Accepted _, SendOutcome.Refused _, SendOutcome.Unknown _ ->
                throw new AssertionError("not queued: " + outcome);
        };
    }
}

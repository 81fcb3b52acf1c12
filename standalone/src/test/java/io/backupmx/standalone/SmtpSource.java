package io.backupmx.standalone;

import io.backupmx.testing.Program;
import io.backupmx.testing.Programs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Postfix's {@code smtp-source}: sends as fast as it is taken, and ends with an error at the first mail that is not. */
record SmtpSource(int mails, int sessions, int bytes, boolean reusing) {

    static final String FROM = "load@client.example";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * So many mails over so many sessions at once, as many mails a session as it takes. Recipients are numbered from 1:
     * {@code 1bob@example.test}.
     *
     * @param bytes of each content, its header not counted
     */
    static SmtpSource of(int mails, int sessions, int bytes) {
        return new SmtpSource(mails, sessions, bytes, true);
    }

    SmtpSource connectionPerMail() {
        return new SmtpSource(mails, sessions, bytes, false);
    }

    /** Returns when every mail has its 250. */
    void sendTo(int port) {
        List<String> arguments = new ArrayList<>(List.of("-N", "-f", FROM, "-t", "bob@example.test"));
        if (reusing) {
            arguments.add("-d");
        }
        arguments.addAll(List.of("-s", String.valueOf(sessions)));
        arguments.addAll(List.of("-m", String.valueOf(mails)));
        arguments.addAll(List.of("-l", String.valueOf(bytes)));
        arguments.add("127.0.0.1:" + port);
        Program program = Programs.require("smtp-source", "postfix");
        program.run(PATIENCE, arguments.toArray(String[]::new)).succeeded();
    }

    /** The recipient of the {@code n}-th mail. */
    static String recipient(int n) {
        return n + "bob@example.test";
    }
}

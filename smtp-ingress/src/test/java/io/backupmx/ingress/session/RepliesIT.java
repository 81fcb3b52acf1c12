package io.backupmx.ingress.session;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said to commands that are not ours, not said as they should be, or not in their order (RFC 5321 §4.2.4, §4.3.2). */
class RepliesIT {

    private final TestIngress ingress = new TestIngress();

    @AfterEach
    void nothingIsHeld() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    @Test
    void commandsWithoutAMail() {
        ingress.play("""
                S: 220 *
                C: VRFY alice
                S: 252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery
                C: VRFY
                S: 501 5.5.4 Syntax: VRFY address
                C: EXPN list
                S: 502 5.5.1 Command not implemented
                C: AUTH PLAIN x
                S: 502 5.5.1 Command not implemented
                C: HELP
                S: 214 2.0.0 EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY QUIT; see RFC 5321
                C: FROBNICATE
                S: 500 5.5.2 Command not recognized
                C: EHLO
                S: 501 5.5.4 Syntax: EHLO hostname
                C: HELO
                S: 501 5.5.4 Syntax: HELO hostname
                C: MAIL FROM:<>
                S: 503 5.5.1 Send EHLO or HELO first
                C: DATA
                S: 503 5.5.1 Need MAIL first
                C: RSET now
                S: 501 5.5.4 No argument allowed
                C: QUIT now
                S: 501 5.5.4 No argument allowed
                C: NOOP whatever
                S: 250 2.0.0 Ok
                """);
    }

    /** REQUIRETLS is not offered in the clear (RFC 8689 §2): who needs it has to hear so. */
    @Test
    void commandsOfAMail() {
        ingress.play("""
                S: 220 *
                C: EHLO client.example
                S: 250 *
                C: RCPT TO:<alice@example.test>
                S: 503 5.5.1 Need MAIL first
                C: MAIL bob@client.example
                S: 501 5.5.4 Syntax: MAIL FROM:<address>
                C: MAIL FROM:<bob>
                S: 501 5.1.7 Bad sender address syntax
                C: MAIL FROM:<bob@client.example> SIZE=x
                S: 501 5.5.4 Bad value of a parameter
                C: MAIL FROM:<bob@client.example> REQUIRETLS=1
                S: 501 5.5.4 Bad value of a parameter
                C: MAIL FROM:<bob@client.example> REQUIRETLS
                S: 555 5.5.4 Parameter not recognized
                C: MAIL FROM:<bob@client.example>
                S: 250 2.1.0 Ok
                C: DATA
                S: 503 5.5.1 Need RCPT first
                C: RCPT alice@example.test
                S: 501 5.5.4 Syntax: RCPT TO:<address>
                C: RCPT TO:<alice>
                S: 501 5.1.3 Bad recipient address syntax
                C: MAIL FROM:<bob@client.example>
                S: 503 5.5.1 MAIL was already given
                """);
    }
}

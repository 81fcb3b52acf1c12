package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.EnhancedStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteReadingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mx1.example.org          | smtp:[mx1.example.org]:25
            MX1.Example.ORG.:2525    | smtp:[mx1.example.org]:2525
            [mx1.example.org]:26     | smtp:[mx1.example.org]:26
            127.0.0.1:2526           | smtp:[127.0.0.1]:2526
            [::1]:25                 | smtp:[::1]:25
            [2001:db8::1]            | smtp:[2001:db8::1]:25
            [::ffff:192.0.2.1]       | smtp:[::ffff:192.0.2.1]:25
            mx1.test, mx2.test:26    | smtp:[mx1.test]:25,[mx2.test]:26
            mx                       | mx
            [mx]                     | smtp:[mx]:25
            mx:26                    | smtp:[mx]:26
            mx:smtp                  | smtp:[mx]:25
            MX                       | mx
            [mx], mx2.test           | smtp:[mx]:25,[mx2.test]:25
            """)
    void primariesAreRead(String text, String route) {
        assertThat(RouteReading.primary(text)).isEqualTo(new RouteReading.Understood(Route.of(route)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                " , ,",
                "::1",
                "mx, mx2.test",
                "mx2.test MX",
                "mx:pop3",
                "mx:smtps",
                "mx:0",
                "mx:65536",
                "[mx",
                "[]:25",
                "[1:2:3]:25",
                "[:::::]",
                "[1::2::3]",
                "[::12345]",
                "[::1.2.3]",
                "smtp:[mx]:25",
                "mx_ä!"
            })
    void otherPrimariesAreNot(String text) {
        assertThat(RouteReading.primary(text)).isInstanceOf(RouteReading.NotUnderstood.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            smtp:[mx1.example.org]            | smtp:[mx1.example.org]:25
            smtp:[mx1.example.org]:2525       | smtp:[mx1.example.org]:2525
            relay:[192.0.2.1]                 | smtp:[192.0.2.1]:25
            :[mx1.example.org]                | smtp:[mx1.example.org]:25
            smtp:[::1]:26                     | smtp:[::1]:26
            smtp:[mx.test]:smtp               | smtp:[mx.test]:25
            relay:[mx.test]:Submission        | smtp:[mx.test]:587
            smtp:[ipv6:2001:db8::1]           | smtp:[2001:db8::1]:25
            smtp:MX.test                      | smtp:mx.test:25
            relay:mx.test:submission          | smtp:mx.test:587
            smtp:a.test,[b.test]              | smtp:a.test:25,[b.test]:25
            smtp:                             | mx
            relay:                            | mx
            :                                 | mx
            lmtp:[store.test]                 | lmtp:[store.test]:24
            lmtp:Store.test:2424              | lmtp:[store.test]:2424
            lmtp:inet:store.test              | lmtp:[store.test]:24
            lmtp:inet:[192.0.2.1]:lmtp        | lmtp:[192.0.2.1]:24
            lmtp:inet:192.0.2.1:2424          | lmtp:[192.0.2.1]:2424
            lmtp:[::1]:26,[b.test]            | lmtp:[::1]:26,[b.test]:24
            discard:                          | discard
            discard:nobody wants that         | discard
            smtp:[a.test]:1, [b.test] [c.test] | smtp:[a.test]:1,[b.test]:25,[c.test]:25
            """)
    void transportsAreRead(String value, String route) {
        assertThat(RouteReading.transport(value)).isEqualTo(new RouteReading.Understood(Route.of(route)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            error:                     | 5.1.1 | Address is undeliverable
            error:no such domain       | 5.1.1 | no such domain
            error:5.7.1 not  for	taking | 5.7.1 | not for taking
            error:4.2.1 odd class      | 5.2.1 | odd class
            error:5.2.1                | 5.2.1 | Address is undeliverable
            error:5.2.1text            | 5.1.1 | 5.2.1text
            error:ungültig             | 5.1.1 | ung?ltig
            retry:                     | 4.1.1 | Address is undeliverable
            retry:5.2.1 odd            | 4.2.1 | odd
            """)
    void errorAndRetryAnswer(String value, String status, String text) {
        assertThat(RouteReading.transport(value))
                .isEqualTo(new RouteReading.Answers(
                        new TransportAnswer(EnhancedStatus.parse(status).orElseThrow(), text)));
    }

    @Test
    void anAnswerFitsIntoAReply() {
        assertThat(TransportAnswer.error("x".repeat(10_000)).text()).hasSize(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            smtp:192.0.2.1          | '192.0.2.1' is not [host] or [host]:port
            smtp:192.0.2.1:25       | write smtp:[host]:port
            smtp:mx.test:smtps      | 'mx.test:smtps' is not [host] or [host]:port
            smtp:[mx.test]:smtps    | '[mx.test]:smtps' is not [host] or [host]:port
            smtp:,                  | ',' names no host
            smtp                    | lacks its colon: write smtp:[host]:port
            discard                 | 'discard' lacks its colon
            lmtp:unix:/run/lmtp     | sockets of this machine are not supported: write lmtp:[host]:port
            lmtp:                   | '' is not [host] or [host]:port: write lmtp:[host]:port
            lmtp:::1                | '::1' is not [host] or [host]:port: write lmtp:[host]:port
            virtual:                | delivers on this machine
            slow:[mx.test]          | the transport 'slow' is not known: write smtp:[host]:port
            [mx.test]:25            | names no transport: write smtp:[mx.test]:25
            smtp:[mx.test],::1      | '::1' is not [host] or [host]:port
            """)
    void otherTransportsSayWhatToWrite(String value, String why) {
        assertThat(RouteReading.transport(value))
                .isInstanceOfSatisfying(
                        RouteReading.NotUnderstood.class,
                        reading -> assertThat(reading.why()).contains(why));
    }
}

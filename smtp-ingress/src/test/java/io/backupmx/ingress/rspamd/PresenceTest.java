package io.backupmx.ingress.rspamd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PresenceTest {

    private long now;
    private final Presence presence = new Presence(() -> now);

    @Test
    void itIsToldThatHeIsAwayAndThatHeIsBack() {
        assertThat(presence.comes()).isFalse();
        assertThat(presence.goes()).isTrue();
        assertThat(presence.goes()).isFalse();
        assertThat(presence.isAway()).isTrue();
        assertThat(presence.comes()).isTrue();
        assertThat(presence.comes()).isFalse();
        assertThat(presence.isAway()).isFalse();
    }

    @Test
    void whoComesAndGoesIsToldOfOnceAMinute() {
        int told = 0;
        for (int i = 0; i < 1000; i++) {
            told += presence.goes() ? 1 : 0;
            told += presence.comes() ? 1 : 0;
        }
        assertThat(told).isEqualTo(2);
        now += Presence.QUIET.toNanos();
        assertThat(presence.goes()).isTrue();
        assertThat(presence.comes()).isTrue();
    }

    @Test
    void thatHeIsBackIsToldLaterIfNotNow() {
        presence.goes();
        presence.comes();
        now += Presence.QUIET.toNanos() - 1;
        assertThat(presence.goes()).isFalse();
        now += 1;
        assertThat(presence.goes()).isTrue();
        assertThat(presence.comes()).isTrue();
        now += Presence.QUIET.toNanos() / 2;
        presence.goes();
        assertThat(presence.comes()).as("nobody was told that he was away").isFalse();
    }
}

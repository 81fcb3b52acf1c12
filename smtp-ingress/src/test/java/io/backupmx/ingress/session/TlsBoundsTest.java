package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.session.TlsBounds.Event;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TlsBoundsTest {

    private static final String DATA = "1703030003aabbcc";
    private static final String ALERT = "15030300020100";

    private final Promise<Channel> handshake = new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);
    private final TlsBounds bounds = new TlsBounds(handshake);
    private final List<Object> events = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(bounds, new ChannelInboundHandlerAdapter() {
        @Override
        public void userEventTriggered(ChannelHandlerContext at, Object event) {
            events.add(event);
        }
    });

    @AfterEach
    void nothingLeaks() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aHandshakeHas64KilobytesAndNoMore() {
        assertThat(bounds.hasHeard()).isFalse();
        assertThat(channel.writeInbound(zeros(64 << 10))).isTrue();
        assertThat(bounds.hasHeard()).isTrue();
        assertThat(events).isEmpty();

        ByteBuf last = zeros(1);
        channel.writeInbound(last);
        channel.writeInbound(zeros(1));
        assertThat(events).containsExactly(Event.FLOOD);
        assertThat(last.refCnt()).isZero();
        assertThat(channel.inboundMessages()).hasSize(1);
    }

    @Test
    void whatBringsTheSessionNothingHas256Kilobytes() {
        handshake.setSuccess(channel);
        channel.writeInbound(zeros(256 << 10));
        bounds.yielded(8);
        channel.writeInbound(zeros(8 * 128));
        assertThat(events).isEmpty();
        bounds.yielded(1 << 20);
        channel.writeInbound(zeros(256 << 10));
        assertThat(events).as("no more is made up for than was taken").isEmpty();
        channel.writeInbound(zeros(1));
        assertThat(events).containsExactly(Event.FLOOD);
    }

    @Test
    void anAlertBehindTheHandshakeIsAGoodbyeThatTlsDoesNotHear() {
        handshake.setSuccess(channel);
        String all = DATA + DATA + ALERT + DATA;
        for (int cut = 0; cut <= all.length(); cut += 2) {
            EmbeddedChannel fresh = new EmbeddedChannel(new TlsBounds(handshake), new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext at, Object event) {
                    events.add(event);
                }
            });
            fresh.writeInbound(hex(all.substring(0, cut)));
            fresh.writeInbound(hex(all.substring(cut)));
            ByteBuf heard = Unpooled.buffer();
            for (ByteBuf part; (part = fresh.readInbound()) != null; part.release()) {
                heard.writeBytes(part);
            }
            assertThat(HexFormat.of().formatHex(heard.array(), 0, heard.writerIndex()))
                    .as("cut at " + cut)
                    .isEqualTo(DATA + DATA);
            assertThat(events).containsExactly(Event.GOODBYE);
            events.clear();
            fresh.finishAndReleaseAll();
        }
    }

    @Test
    void anAlertAmidTheHandshakeIsTlsOwn() {
        channel.writeInbound(hex(DATA + ALERT));
        handshake.setSuccess(channel);
        channel.writeInbound(hex(DATA));
        assertThat(events).isEmpty();
        assertThat(channel.inboundMessages()).hasSize(2);
        channel.writeInbound(hex(ALERT));
        assertThat(events).containsExactly(Event.GOODBYE);
    }

    private static ByteBuf zeros(int octets) {
        return Unpooled.buffer(octets).writeZero(octets);
    }

    private static ByteBuf hex(String octets) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(octets));
    }
}

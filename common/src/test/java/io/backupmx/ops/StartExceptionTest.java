package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.HostPort;
import java.net.BindException;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import org.junit.jupiter.api.Test;

class StartExceptionTest {

    @Test
    void everyReasonNotToListenIsSaidWithKeyAndAddress() {
        assertThat(message("127.0.0.1:25", new BindException("Address already in use")))
                .isEqualTo("ops.listen: cannot listen on 127.0.0.1:25: another program listens there already");
        assertThat(message("192.0.2.1:25", new BindException("Cannot assign requested address")))
                .isEqualTo("ops.listen: cannot listen on 192.0.2.1:25: this machine does not have that address");
        assertThat(message("nowhere.invalid:25", new UnresolvedAddressException()))
                .isEqualTo("ops.listen: cannot listen on nowhere.invalid:25: the host name is not known");
        assertThat(message("[::1]:25", new SocketException("Permission denied")))
                .isEqualTo("ops.listen: cannot listen on [::1]:25: permission denied"
                        + " (ports below 1024 need root or CAP_NET_BIND_SERVICE)");
    }

    private static String message(String address, Exception cause) {
        return String.valueOf(StartException.cannotListen("ops.listen", HostPort.of(address), cause)
                .getMessage());
    }
}

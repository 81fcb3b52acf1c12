package io.backupmx.worker.admin;

import io.netty.util.NetUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to the admin API: whoever addresses it by a name that is its own, so that no web page can have a browser
 * do it (DNS rebinding); holds the token; and sends JSON, which no form of a web page can.
 */
final class AdminGuard implements Handler<RoutingContext> {

    private static final String SCHEME = "Bearer ";

    private final AdminToken token;
    private final String listenHost;

    /** @param listenHost the host of {@code ops.listen} */
    AdminGuard(AdminToken token, String listenHost) {
        this.token = token;
        this.listenHost = listenHost.toLowerCase(Locale.ROOT);
    }

    @Override
    public void handle(RoutingContext ctx) {
        if (!isOwnName(ctx.request().authority())) {
            // RFC 9110 §15.5.20, Misdirected Request
            AdminResponse.error(ctx, 421, "the Host header names neither localhost, an address nor ops.listen");
        } else if (!holdsToken(ctx.request().getHeader("Authorization"))) {
            ctx.response().putHeader("WWW-Authenticate", "Bearer realm=\"backupmx\"");
            AdminResponse.error(
                    ctx,
                    401,
                    "the token is missing or wrong: it is in ops.token_file, else in the data directory's "
                            + AdminToken.FILE);
        } else if (ctx.request().method().equals(HttpMethod.POST)
                && !isJson(ctx.request().getHeader("Content-Type"))) {
            AdminResponse.error(ctx, 415, "send application/json");
        } else {
            ctx.next();
        }
    }

    /** An address cannot be rebound: the page would have to come from it. */
    private boolean isOwnName(@Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        String host = authority.host().toLowerCase(Locale.ROOT);
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return host.equals("localhost")
                || bare.equals(listenHost)
                || NetUtil.isValidIpV4Address(bare)
                || NetUtil.isValidIpV6Address(bare);
    }

    private boolean holdsToken(@Nullable String header) {
        return header != null
                && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(header.substring(SCHEME.length()).strip());
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int semicolon = contentType.indexOf(';');
        String type = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
        return type.strip().equalsIgnoreCase("application/json");
    }
}

package io.backupmx.ingress.session;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.config.DnsblConfig;
import io.backupmx.config.EtrnConfig;
import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.BareLineEnd;
import io.backupmx.config.IngressConfig.GatewayLimits;
import io.backupmx.config.IngressConfig.SmtpUtf8;
import io.backupmx.config.ProxyProtocolConfig;
import io.backupmx.config.RspamdConfig;
import io.backupmx.config.TlsConfig;
import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.etrn.RouteCalls;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The default configuration on a free port of the loopback, and what a test has changed of it. */
final class Tuning {

    long maxMessageBytes = IngressConfig.DEFAULT.maxMessageBytes();
    int maxRecipients = IngressConfig.DEFAULT.maxRecipients();
    int maxConnections = IngressConfig.DEFAULT.maxConnections();
    int maxConnectionsPerAddress = IngressConfig.DEFAULT.maxConnectionsPerAddress();
    GatewayLimits gatewayLimits = IngressConfig.DEFAULT.gatewayLimits();
    DefaultGateways gateways = DefaultGateways.NONE;
    List<String> trustedNetworks = IngressConfig.DEFAULT.trustedNetworks();
    List<String> trustedNetworksConfirmed = IngressConfig.DEFAULT.trustedNetworksConfirmed();
    DeferralPolicy policy = DeferralPolicy.NONE;
    int maxErrors = IngressConfig.DEFAULT.maxErrors();
    Duration commandTimeout = IngressConfig.DEFAULT.commandTimeout();
    Duration dataTimeout = IngressConfig.DEFAULT.dataTimeout();
    BareLineEnd bareLineEnd = IngressConfig.DEFAULT.bareLineEnd();
    long contentHeapBytes = IngressConfig.DEFAULT.contentHeapBytes();
    long contentSpillBytes = IngressConfig.DEFAULT.contentSpillBytes();
    long contentSpillLimitBytes = IngressConfig.DEFAULT.contentSpillLimitBytes();
    Duration stopGrace = IngressConfig.DEFAULT.stopGrace();

    SmtpUtf8 smtputf8 = IngressConfig.DEFAULT.smtputf8();
    Duration sessionTimeout = IngressConfig.DEFAULT.sessionTimeout();
    Duration greetingDelay = IngressConfig.DEFAULT.greetingDelay();
    int connectionsPerMinute = ClientLimitsConfig.DEFAULT.connectionsPerMinute();
    int messagesPerMinute = ClientLimitsConfig.DEFAULT.messagesPerMinute();
    int recipientsPerMinute = ClientLimitsConfig.DEFAULT.recipientsPerMinute();
    int unknownRecipients = ClientLimitsConfig.DEFAULT.unknownRecipients();
    Duration unknownDelay = ClientLimitsConfig.DEFAULT.unknownDelay();
    Duration unknownDelayMax = ClientLimitsConfig.DEFAULT.unknownDelayMax();
    Blocklists blocklists = Blocklists.NONE;
    KnownLimits limits = KnownLimits.NONE;
    RequireTls requireTls = RequireTls.NEVER;
    List<String> proxies = List.of();
    List<String> xclientNetworks = List.of();
    List<String> etrnNetworks = List.of();
    IngressConfig.Spf spf = IngressConfig.DEFAULT.spf();
    RspamdConfig rspamd = RspamdConfig.DEFAULT;
    SenderPolicy senders = SenderPolicy.NONE;
    Function<Vertx, ContentCheck> contents = _ -> ContentCheck.NONE;
    RouteCalls calls = RouteCalls.NONE;

    /** Made by the ingress itself. */
    boolean tls;

    final MeterRegistry registry;

    Tuning() {
        this(new SimpleMeterRegistry());
    }

    Tuning(MeterRegistry registry) {
        this.registry = registry;
    }

    IngressConfig config() {
        return config("127.0.0.1:0");
    }

    IngressConfig config(String listen) {
        return new IngressConfig(
                listen,
                Optional.empty(),
                maxMessageBytes,
                maxRecipients,
                maxConnections,
                maxConnectionsPerAddress,
                gatewayLimits,
                trustedNetworks,
                trustedNetworksConfirmed,
                maxErrors,
                IngressConfig.DEFAULT.maxHops(),
                commandTimeout,
                dataTimeout,
                bareLineEnd,
                smtputf8,
                contentHeapBytes,
                contentSpillBytes,
                contentSpillLimitBytes,
                stopGrace,
                sessionTimeout,
                greetingDelay,
                IngressConfig.DEFAULT.maxHeapPercent(),
                new ClientLimitsConfig(
                        connectionsPerMinute,
                        messagesPerMinute,
                        recipientsPerMinute,
                        unknownRecipients,
                        unknownDelay,
                        unknownDelayMax),
                DnsblConfig.DEFAULT,
                new ProxyProtocolConfig(proxies),
                xclientNetworks,
                new EtrnConfig(etrnNetworks),
                spf,
                rspamd,
                tls ? TlsConfig.DEFAULT : TlsConfig.OFF);
    }
}

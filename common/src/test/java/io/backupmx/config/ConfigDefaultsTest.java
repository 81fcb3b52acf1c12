package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;

/** Every default, so that none changes by the way. */
final class ConfigDefaultsTest {

    @Test
    void defaultsAreThese() throws JsonProcessingException {
        assertThat(ConfigJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(Config.DEFAULT))
                .isEqualToNormalizingNewlines("""
                        {
                          "hostname" : null,
                          "data" : "data",
                          "domains" : { },
                          "relay_domains" : null,
                          "transport" : null,
                          "relay_recipients" : null,
                          "recipient_delimiter" : null,
                          "recipient_sources" : {
                            "ldap" : { },
                            "sql" : { },
                            "http" : { }
                          },
                          "permit_mx_backup" : {
                            "networks" : null,
                            "recipient_sources" : null,
                            "unknown_recipients" : null,
                            "unlisted_recipients" : null
                          },
                          "ingress" : {
                            "listen" : "0.0.0.0:25",
                            "banner" : null,
                            "max_message_bytes" : 52428800,
                            "max_recipients" : 1000,
                            "max_connections" : 2000,
                            "max_connections_per_address" : 100,
                            "gateway_limits" : "lift",
                            "trusted_networks" : [ ],
                            "trusted_networks_confirmed" : [ ],
                            "max_errors" : 20,
                            "max_hops" : 50,
                            "command_timeout" : "5m",
                            "data_timeout" : "3m",
                            "bare_line_end" : "reject",
                            "smtputf8" : "offer",
                            "content_heap_bytes" : 134217728,
                            "content_spill_bytes" : 102400,
                            "content_spill_limit_bytes" : 2147483648,
                            "stop_grace" : "20s",
                            "session_timeout" : "2h",
                            "greeting_delay" : "0s",
                            "max_heap_percent" : 90,
                            "client_limits" : {
                              "connections_per_minute" : 1200,
                              "messages_per_minute" : 0,
                              "recipients_per_minute" : 0,
                              "unknown_recipients" : 5,
                              "unknown_delay" : "1s",
                              "unknown_delay_max" : "10s"
                            },
                            "dnsbl" : {
                              "sites" : [ ],
                              "threshold" : 1
                            },
                            "proxy_protocol" : {
                              "networks" : [ ]
                            },
                            "xclient_networks" : [ ],
                            "etrn" : {
                              "networks" : [ ]
                            },
                            "spf" : "off",
                            "rspamd" : {
                              "url" : null,
                              "timeout" : "10s",
                              "on_failure" : "accept",
                              "max_bytes" : 20971520
                            },
                            "tls" : {
                              "mode" : "starttls",
                              "listen" : null,
                              "certificate" : null,
                              "key" : null,
                              "certificates" : { }
                            }
                          },
                          "worker" : {
                            "max_connections_per_route" : 20,
                            "tls" : "opportunistic",
                            "tls_ca_file" : null,
                            "mta_sts" : "ignored",
                            "connect_timeout" : "30s",
                            "greeting_timeout" : "1m",
                            "command_timeout" : "5m",
                            "mail_timeout" : "5m",
                            "recipient_timeout" : "5m",
                            "data_timeout" : "2m",
                            "data_block_timeout" : "3m",
                            "final_dot_timeout" : "10m",
                            "idle_timeout" : "5s",
                            "mails_per_connection" : 1000,
                            "probe_interval" : "1s500ms",
                            "probe_interval_later" : "15s",
                            "probe_unhealthy" : "5s",
                            "probe_unhealthy_max" : "1m",
                            "stop_grace" : "30s",
                            "xforward" : "when_offered",
                            "credentials" : null,
                            "auth_in_clear" : "refuse",
                            "bind_address" : [ ]
                          },
                          "retry" : {
                            "delays" : [ "5m", "10m", "20m", "40m", "1h" ],
                            "max_lifetime" : "30d",
                            "report_lifetime" : "5d"
                          },
                          "reports" : {
                            "failures" : "auto",
                            "delay_warning" : null,
                            "per_minute" : 100,
                            "per_address_per_hour" : 20
                          },
                          "mx" : {
                            "self" : [ ],
                            "port" : 25,
                            "connections_per_destination" : 5,
                            "back_off" : "2s",
                            "back_off_max" : "2m"
                          },
                          "dns" : {
                            "servers" : [ ],
                            "dnssec" : "ignored",
                            "timeout" : "5s"
                          },
                          "spool" : {
                            "broker" : null,
                            "user" : null,
                            "password_file" : null,
                            "store_timeout" : "20s",
                            "max_in_flight_bytes" : 134217728,
                            "intake_limit_percent" : 85
                          },
                          "failed" : {
                            "retention" : "14d",
                            "max_share_percent" : 20
                          },
                          "notices" : {
                            "to" : [ ],
                            "from" : null,
                            "smarthost" : null,
                            "tls" : "starttls",
                            "user" : null,
                            "password_file" : null,
                            "down_after" : "10m",
                            "digest_at" : "06:00"
                          },
                          "ops" : {
                            "listen" : "127.0.0.1:8025",
                            "token_file" : null
                          },
                          "reload" : {
                            "trigger" : "change",
                            "interval" : "2s",
                            "shrink_limit_percent" : 30
                          }
                        }""");
    }
}

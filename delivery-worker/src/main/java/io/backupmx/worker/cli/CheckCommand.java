package io.backupmx.worker.cli;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigException;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.ops.MachineName;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.tls.CertificateFiles;
import io.backupmx.tls.ServerCertificate;
import io.backupmx.tls.UnusableCertificate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Reads everything a service would read at its start, and says what it makes of it. Touches nothing. */
@Command(
        name = "check",
        description = {
            "Validates the configuration and its maps without starting anything.",
            "Prints every problem and exits with 1, or prints what would run."
        })
public final class CheckCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<String> problems = new ArrayList<>();
        try {
            CheckedConfig checked = options.load(Map.of());
            Map<CertificateFiles, ServerCertificate> certificates = certificates(checked.config(), problems);
            problems.addAll(credentials(checked.config()));
            problems.addAll(
                    DefaultGateways.ofThisMachine().problems(checked.config().ingress()));
            if (problems.isEmpty()) {
                print(checked, certificates);
                return 0;
            }
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            var _ = certificates(e.usable(), problems);
            problems.addAll(credentials(e.usable()));
        }
        PrintWriter err = spec.commandLine().getErr();
        problems.forEach(err::println);
        err.println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
        return 1;
    }

    private static List<String> credentials(Config config) {
        return new NextHopCredentials(config.worker().credentials()).read();
    }

    private static Map<CertificateFiles, ServerCertificate> certificates(Config config, List<String> problems) {
        Map<CertificateFiles, ServerCertificate> read = new LinkedHashMap<>();
        for (CertificateFiles files : CertificateFiles.of(config.ingress().tls())) {
            try {
                read.put(files, files.readAndTry());
            } catch (UnusableCertificate e) {
                problems.addAll(e.problems());
            }
        }
        return read;
    }

    private void print(CheckedConfig checked, Map<CertificateFiles, ServerCertificate> certificates) {
        Config config = checked.config();
        MachineName name = MachineName.of(config.hostname());
        ConfigSummary summary = new ConfigSummary(checked, name);
        PrintWriter out = spec.commandLine().getOut();
        out.println(ConfigSummary.line(
                "read", options.file().map(Path::toString).orElse("no file, only environment and command line")));
        out.println(ConfigSummary.line("name", name.domain()));
        out.println(ConfigSummary.line("smtp", config.ingress().listen()));
        config.ingress().tls().listen().ifPresent(address -> out.println(ConfigSummary.line("smtps", address)));
        certificates
                .values()
                .forEach(named -> out.println(ConfigSummary.line(
                        "tls",
                        named.certificate().getSubjectX500Principal() + ", until " + named.expires() + ", for "
                                + (named.names().isEmpty() ? "no host" : String.join(", ", named.names())))));
        out.println(ConfigSummary.line("ops", "http://" + config.ops().listen()));
        out.println(ConfigSummary.line("data", config.data().toAbsolutePath().normalize()));
        config.spool().brokerShown().ifPresent(url -> out.println(ConfigSummary.line("broker", url)));
        summary.backedUp().forEach(out::println);
        certificates.forEach((files, named) -> files.warnings(named, Instant.now())
                .forEach(warning -> out.println(ConfigSummary.line("warning", warning))));
        summary.warnings().forEach(warning -> out.println(ConfigSummary.line("warning", warning)));
        out.println("ok");
    }
}

package io.backupmx.worker.postfix;

import io.backupmx.config.ConfigException;
import io.backupmx.route.CheckedConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Postfix's configuration said as ours, with word on every parameter. Its table files stay in use where they are.
 *
 * @param yaml our configuration file, whole
 */
public record PostfixImport(String yaml, ImportReport report) {

    /** Where our services keep their data on a machine that is not a developer's. */
    private static final String DATA = "/var/lib/backupmx";

    /**
     * @param text main.cf, or what {@code postconf -n} prints; is closed
     * @param shown what the text is called
     * @param directory what its relative file names are relative to
     * @param machineName {@code myhostname} where the text has none
     * @throws IOException when the text cannot be read
     */
    public static PostfixImport read(InputStream text, Path shown, Path directory, String machineName)
            throws IOException {
        ImportReport report = new ImportReport();
        List<String> problems = new ArrayList<>();
        MainCf mainCf = MainCf.read(text, shown, problems);
        problems.forEach(problem -> report.attention("main.cf", problem));

        Parameters parameters = new Parameters(mainCf, directory, machineName, report);
        ImportedConfig config = new ImportedConfig();
        new NamesImport(parameters, config, report).run();
        config.set("data", DATA);
        new DomainsImport(parameters, config, report).run();
        new LimitsImport(parameters, config, report).run();
        new NetworksImport(parameters, config, report).run();
        new TlsImport(parameters, config, report).run();
        new NextHopImport(parameters, config, report).run();
        new TlsPoliciesImport(parameters, config, report).run();
        new SafetyChecks(parameters, config, report).run();
        parameters.names().stream().filter(name -> !report.isTold(name)).forEach(name -> report.ignored(name, ""));

        String yaml = config.yaml(shown.toString());
        check(yaml, report);
        return new PostfixImport(yaml, report);
    }

    /** What {@code check} would say of it. */
    private static void check(String yaml, ImportReport report) throws IOException {
        try {
            load(yaml).warnings().forEach(warning -> report.attention("check", warning));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> report.attention("check", problem));
        }
    }

    /** What our services would make of it. */
    static CheckedConfig load(String yaml) throws IOException {
        Path file = Files.createTempFile("backupmx", ".yaml");
        try {
            Files.writeString(file, yaml);
            return CheckedConfig.load(Optional.of(file), Map.of(), Map.of());
        } catch (ConfigException e) {
            List<String> problems = e.problems().stream()
                    .map(problem -> problem.replace(file.toString(), "the file"))
                    .toList();
            throw new ConfigException(problems, e.usable());
        } finally {
            Files.delete(file);
        }
    }
}

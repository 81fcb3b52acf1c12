package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that finds a JDK and starts us, with JDKs that only look like one: their java prints its arguments. */
class LauncherIT {

    @TempDir
    Path directory;

    private record Ran(int exitCode, String output) {}

    @Test
    void newEnoughJavaHomeIsTaken() throws Exception {
        Path jdk = jdk("26-ea");

        assertThat(launch(source(), Map.of("JAVA_HOME", jdk.toString()), "--find-jdk"))
                .isEqualTo(new Ran(0, jdk + "\n"));
    }

    /** Compared as numbers: 9 is less than 25, and 1.8 is not 18. */
    @Test
    void oldJavaHomeIsPassedOver() throws Exception {
        Path young = jdk("25.0.1");
        for (String old : List.of("17.0.12", "9.0.4", "1.8.0_402")) {
            Map<String, String> environment =
                    Map.of("JAVA_HOME", jdk(old).toString(), "PATH", young.resolve("bin") + ":/usr/bin:/bin");

            assertThat(launch(source(), environment, "--find-jdk")).as(old).isEqualTo(new Ran(0, young + "\n"));
        }
    }

    @Test
    void withoutSourcesTheJarBesideTheScriptIsRun() throws Exception {
        Path launcher = Files.copy(source(), directory.resolve("backupmx"));
        Path jar = Files.createFile(directory.resolve("standalone-1.2.3.jar"));
        Files.createFile(directory.resolve("standalone-1.2.3-sources.jar"));
        Path link = Files.createSymbolicLink(
                Files.createDirectory(directory.resolve("bin")).resolve("link"), launcher);

        Ran ran = launch(
                link,
                Map.of("JAVA_HOME", jdk("25.0.1").toString(), "BACKUPMX_JAVA_OPTS", "-Xmx2g -Dx=y"),
                "run",
                "--domain",
                "a b");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.output().lines())
                .containsSubsequence("--sun-misc-unsafe-memory-access=allow", "-Xmx512m", "-Xmx2g", "-Dx=y")
                .endsWith("-jar", jar.toString(), "run", "--domain", "a b");
    }

    @Test
    void servicesWithoutABrokerHaveASmallerHeap() throws Exception {
        Path launcher = Files.copy(source(), directory.resolve("backupmx"));
        Files.createFile(directory.resolve("standalone-1.2.3.jar"));
        Map<String, String> environment = Map.of("JAVA_HOME", jdk("25.0.1").toString(), "BACKUPMX_JAVA_OPTS", "-Dx=y");

        for (String service : List.of("worker", "ingress")) {
            assertThat(launch(launcher, environment, service).output().lines())
                    .containsSubsequence("-Xmx384m", "-XX:+ExitOnOutOfMemoryError", "-Dx=y", service)
                    .doesNotContain("-Xmx512m", "-XX:TieredStopAtLevel=1");
        }
    }

    @Test
    void shortCommandsStartQuicklyWithoutTheServicesOptions() throws Exception {
        Path launcher = Files.copy(source(), directory.resolve("backupmx"));
        Files.createFile(directory.resolve("standalone-1.2.3.jar"));

        Ran ran = launch(
                launcher, Map.of("JAVA_HOME", jdk("25.0.1").toString(), "BACKUPMX_JAVA_OPTS", "-Xmx2g"), "mailq");

        assertThat(ran.output().lines()).contains("-XX:TieredStopAtLevel=1").doesNotContain("-Xmx2g");
    }

    @Test
    void withNeitherSourcesNorJarItSaysSo() throws Exception {
        Path launcher = Files.copy(source(), directory.resolve("backupmx"));

        assertThat(launch(launcher, Map.of("JAVA_HOME", jdk("25.0.1").toString()), "run"))
                .isEqualTo(new Ran(
                        1, "backupmx: neither standalone-*.jar nor sources to build it are in " + directory + "\n"));
    }

    private static Path source() {
        return Path.of(Optional.ofNullable(System.getProperty("backupmx.root")).orElseThrow())
                .resolve("backupmx");
    }

    private Path jdk(String version) throws IOException {
        Path jdk = directory.resolve("jdk-" + version);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(
                jdk.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"99+1\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String program : List.of("java", "javac")) {
            Path file = Files.writeString(jdk.resolve("bin").resolve(program), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return jdk;
    }

    private Ran launch(Path launcher, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", launcher.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("BACKUPMX_") || name.equals("JAVA_HOME"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }
}

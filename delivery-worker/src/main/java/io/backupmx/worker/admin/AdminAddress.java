package io.backupmx.worker.admin;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import io.backupmx.config.HostPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a running instance's admin API is, left in its data directory so that the command line finds it whatever port it
 * took.
 *
 * @param url without a path
 * @param pid of the instance
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AdminAddress(URI url, long pid) {

    /** Its file within the data directory; there while the instance runs, or after it was killed. */
    public static final String FILE = "admin.json";

    /** @param listening what the server is bound to; for a wildcard address the loopback one is named */
    public static AdminAddress ofThisProcess(HostPort listening) {
        HostPort reachable = switch (listening.host()) {
            case "0.0.0.0" -> new HostPort("127.0.0.1", listening.port());
            case "::", "0:0:0:0:0:0:0:0" -> new HostPort("::1", listening.port());
            default -> listening;
        };
        return new AdminAddress(
                URI.create("http://" + reachable), ProcessHandle.current().pid());
    }

    public void write(Path dataDirectory) throws IOException {
        PrivateFile.write(dataDirectory.resolve(FILE), AdminJson.MAPPER.writeValueAsString(this) + "\n");
    }

    public static void remove(Path dataDirectory) throws IOException {
        Files.deleteIfExists(dataDirectory.resolve(FILE));
    }

    /** @throws IOException when the file is there but cannot be read */
    public static Optional<AdminAddress> read(Path dataDirectory) throws IOException {
        try {
            return Optional.of(
                    AdminJson.MAPPER.readValue(Files.readString(dataDirectory.resolve(FILE)), AdminAddress.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw new IOException("it is not what an instance writes", e);
        }
    }

    /** Whether the instance's process is there; an old file may outlive it. */
    @JsonIgnore
    public boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}

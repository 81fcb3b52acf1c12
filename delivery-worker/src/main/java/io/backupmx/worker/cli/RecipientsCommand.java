package io.backupmx.worker.cli;

import com.fasterxml.jackson.core.JacksonException;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.Mailbox;
import io.backupmx.worker.admin.AdminJson;
import io.backupmx.worker.admin.RecipientRequests;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is known of recipients, in and out. */
@Command(
        name = "recipients",
        description = {
            "Lists the recipients that are known to exist, because a source has said so or --add: one a line, as --add and"
                    + " relay_recipients take them. Lists of the configuration are not among them.",
            "Ask an ingress, or what run runs."
        })
public final class RecipientsCommand implements Callable<Integer> {

    /** Well below what the admin API takes. */
    private static final int BATCH_OCTETS = 8 << 10;

    /** The first word of a line, white space within a quoted local part included. */
    private static final Pattern ADDRESS = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"@\\S+|\\S+");

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup
    private Change change = new Change();

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only those of this domain.")
    private Optional<String> domain = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Either of them. */
    static final class Change {
        @Option(
                names = "--add",
                paramLabel = "FILE",
                description = "These exist: the first word of each line; - for standard input.")
        private Optional<Path> add = Optional.empty();

        @Option(names = "--remove", paramLabel = "FILE", description = "These do not exist any more.")
        private Optional<Path> remove = Optional.empty();
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        AdminClient client = admin.connect();
        if (change.add.isPresent()) {
            out.println("added " + send(client, change.add.get(), "exist"));
        } else if (change.remove.isPresent()) {
            out.println("removed " + send(client, change.remove.get(), "gone"));
        } else {
            String end = domain.map(name -> "@" + name).orElse("");
            client.lines("recipients", line -> {
                String address = address(line);
                if (address.endsWith(end)) {
                    out.println(Printable.of(quoted(address)));
                }
            });
        }
        return 0;
    }

    private static String quoted(String address) {
        int at = address.lastIndexOf('@');
        return Domain.parse(address.substring(at + 1))
                .filter(_ -> at > 0)
                .map(name -> new Mailbox(address.substring(0, at), name).toString())
                .orElse(address);
    }

    private static String address(String line) {
        try {
            return AdminJson.MAPPER.readTree(line).path("address").asText("");
        } catch (JacksonException e) {
            throw new CliException("the answer is not a list of recipients: are both of one version?", e);
        }
    }

    private static int send(AdminClient client, Path file, String member) {
        List<String> addresses = addresses(file);
        int from = 0;
        while (from < addresses.size()) {
            int to = endOfBatch(addresses, from);
            try {
                client.post("recipients", Map.of(member, addresses.subList(from, to)));
            } catch (CliException e) {
                throw new CliException(e.getMessage() + (from == 0 ? "" : " (the first " + from + " are done)"), e);
            }
            from = to;
        }
        return addresses.size();
    }

    private static int endOfBatch(List<String> addresses, int from) {
        int octets = 0;
        int to = from;
        while (to < addresses.size() && to - from < RecipientRequests.MAX_ADDRESSES && octets < BATCH_OCTETS) {
            octets += addresses.get(to++).getBytes(StandardCharsets.UTF_8).length;
        }
        return to;
    }

    private static List<String> addresses(Path file) {
        try (BufferedReader reader = file.toString().equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(file)) {
            List<String> addresses = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String entry = line.strip();
                if (!entry.isEmpty() && !entry.startsWith("#")) {
                    Matcher address = ADDRESS.matcher(entry);
                    addresses.add(address.lookingAt() ? address.group() : entry);
                }
            }
            return addresses;
        } catch (IOException e) {
            throw new CliException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}

package io.backupmx.worker.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.worker.admin.AdminJson;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Lists the routes, and holds or releases one. */
@Command(
        name = "route",
        description = {
            "Lists the routes with their state: those with trouble first.",
            "UP: mail goes out; RAMP: back, ever more mail goes out; THROTTLED: defers everything, one mail now and then"
                    + " is tried; DOWN: probed; HELD: by an operator, or by the configuration; QUARANTINE: came back refusing mail, held until"
                    + " an operator looks; GONE: in no configuration any more, but has mail.",
            "Limit is connections of all workers, Conns those of the worker that is asked."
        },
        subcommands = {RouteCommand.Hold.class, RouteCommand.Release.class})
public final class RouteCommand implements Callable<Integer> {

    private static final String ROUTE =
            "As 'backupmx route' shows it, or a part of it that no other has," + " such as mx1.example.org.";

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--json", description = "One JSON object a line; times are seconds since the epoch.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<JsonNode> routes = routes(admin.connect());
        if (json) {
            routes.forEach(route -> out.print(route + "\n"));
            out.flush();
        } else {
            LocalTimes times = new LocalTimes(Clock.system(ZoneId.systemDefault()));
            new RouteTable(out, times)
                    .print(routes.stream().map(RouteCommand::parse).toList());
        }
        return 0;
    }

    private static List<JsonNode> routes(AdminClient client) {
        List<JsonNode> routes = new ArrayList<>();
        client.get("routes").path("routes").forEach(routes::add);
        return routes;
    }

    private static ListedRoute parse(JsonNode route) {
        try {
            return AdminJson.MAPPER.treeToValue(route, ListedRoute.class);
        } catch (JacksonException e) {
            throw new CliException("the answer is not a list of routes: are both of one version?", e);
        }
    }

    private void change(CommandSpec command, String what, String part, Map<String, String> more) {
        AdminClient client = admin.connect();
        List<String> names = routes(client).stream()
                .map(route -> route.path("route").asText())
                .toList();
        Map<String, String> body = new HashMap<>(more);
        body.put("route", RouteChoice.among(names, part));
        ListedRoute now = parse(client.post("routes/" + what, body));
        String why = now.reason().isEmpty() ? "" : ": " + Printable.of(now.reason());
        command.commandLine().getOut().println(now.route() + " is " + now.state() + why);
    }

    /** Stops a route's mail. */
    @Command(
            name = "hold",
            description = {
                "Delivers no more mail of a route until it is released; also after restarts of everything.",
                "Its mail waits and does not expire; what is being delivered ends by itself."
            })
    static final class Hold implements Callable<Integer> {

        @ParentCommand
        private RouteCommand route = new RouteCommand();

        @Parameters(paramLabel = "ROUTE", arity = "1", description = ROUTE)
        private String part = "";

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "Why, for whoever looks: mailq and route show it.")
        private Optional<String> reason = Optional.empty();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            route.change(
                    spec,
                    "hold",
                    part,
                    reason.map(text -> Map.of("reason", text)).orElse(Map.of()));
            return 0;
        }
    }

    /** Starts it again. */
    @Command(
            name = "release",
            description = {
                "Lets the mail of a route go that was held by an operator, or is in quarantine.",
                "What its primary refused just before the quarantine waits for its next attempt, of itself or by"
                        + " 'backupmx flush'."
            })
    static final class Release implements Callable<Integer> {

        @ParentCommand
        private RouteCommand route = new RouteCommand();

        @Parameters(paramLabel = "ROUTE", arity = "1", description = ROUTE)
        private String part = "";

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            route.change(spec, "release", part, Map.of());
            return 0;
        }
    }
}

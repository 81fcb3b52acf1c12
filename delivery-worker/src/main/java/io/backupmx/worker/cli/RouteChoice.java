package io.backupmx.worker.cli;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which route an operator means: the whole name, one of its next hops, one's host, or any part, as long as it is one. */
final class RouteChoice {

    private static final int CANDIDATES_SHOWN = 5;

    private RouteChoice() {}

    /**
     * @param names of all routes there are
     * @throws CliException when {@code text} means none or several of them
     */
    static String among(List<String> names, String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        Optional<String> canonical = Route.parse(wanted).map(Route::toString);
        Stream<Predicate<String>> closestFirst = Stream.of(
                name -> name.equals(wanted) || canonical.filter(name::equals).isPresent(),
                name -> hops(name).anyMatch(hop -> hop.toString().equals(wanted)),
                name -> hops(name).anyMatch(hop -> hop.host().equalsIgnoreCase(wanted)),
                name -> !wanted.isEmpty() && name.toLowerCase(Locale.ROOT).contains(wanted));
        List<String> meant = closestFirst
                .map(test -> names.stream().filter(test).toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElseThrow(() -> new CliException("no route is '" + text + "': 'backupmx route' lists them"));
        if (meant.size() > 1) {
            String more = meant.size() > CANDIDATES_SHOWN ? " and " + (meant.size() - CANDIDATES_SHOWN) + " more" : "";
            throw new CliException("'" + text + "' may be "
                    + meant.stream().limit(CANDIDATES_SHOWN).collect(Collectors.joining(" or ")) + more
                    + ": say which");
        }
        return meant.getFirst();
    }

    private static Stream<NextHop> hops(String name) {
        return Route.parse(name).stream().flatMap(route -> route.nextHops().stream());
    }
}

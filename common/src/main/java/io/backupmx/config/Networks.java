package io.backupmx.config;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/** Some networks, as an operator lists them. */
public record Networks(List<Network> list) {

    public Networks {
        list = List.copyOf(list);
    }

    /** Of texts that are known to be networks. */
    static Networks of(List<String> texts) {
        return new Networks(
                texts.stream().flatMap(text -> Network.parse(text).stream()).toList());
    }

    public boolean contains(InetAddress address) {
        return list.stream().anyMatch(network -> network.contains(address));
    }

    /** Whether each of {@code others} lies within one of these. */
    public boolean containsAll(Networks others) {
        return others.list.stream().allMatch(other -> list.stream().anyMatch(network -> network.contains(other)));
    }

    @Override
    public String toString() {
        return list.stream().map(Network::toString).collect(Collectors.joining(", "));
    }
}

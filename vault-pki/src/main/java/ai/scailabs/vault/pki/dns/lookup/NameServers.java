package ai.scailabs.vault.pki.dns.lookup;

import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Asks resolvers, and the servers of zones. Every question is asked anew. Thread-safe. */
public final class NameServers {
    private static final int PORT = 53;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration RESOLVING = Duration.ofSeconds(8);
    private static final int MOST_ALIASES = 8;
    private static final int MOST_SERVERS = 16;

    private final LookupSettings settings;
    private final AddressRule rule;
    private final int port;

    /** @param rule to which addresses the servers of a zone may lead */
    public NameServers(LookupSettings settings, AddressRule rule) {
        this(settings, rule, PORT);
    }

    NameServers(LookupSettings settings, AddressRule rule, int port) {
        this.settings = settings;
        this.rule = rule;
        this.port = port;
    }

    /**
     * What the name is an alias of in the end; itself when it is none, or not there.
     *
     * @throws LookupFailed also when there is no end
     */
    public String target(String name) throws LookupFailed {
        String current = name;
        for (int step = 0; step <= MOST_ALIASES; step++) {
            Optional<String> next = alias(current);
            if (next.isEmpty()) {
                return current;
            }
            current = next.get();
        }
        throw new LookupFailed("more than " + MOST_ALIASES + " aliases");
    }

    private Optional<String> alias(String name) throws LookupFailed {
        Name asked = name(name);
        for (Record record : resolved(asked, Type.CNAME)) {
            if (record instanceof CNAMERecord alias && alias.getName().equals(asked)) {
                String target = DnsName.plain(alias.getTarget().toString());
                if (!DnsName.isName(target)) {
                    throw new LookupFailed("an alias of no name");
                }
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    /** Whether the servers of the zone show the value at the name. One that does not answer, or may not be asked, does not. */
    public Sighting sightings(String zone, String name, String value) throws LookupFailed {
        Name where = name(name);
        Asked asked = settings.nobodyElse() ? new Asked(resolvers(), 0) : servers(zone);
        List<CompletableFuture<@Nullable Message>> answers = new ArrayList<>();
        for (Resolver server : asked.servers()) {
            server.setTimeout(PATIENCE);
            answers.add(server.sendAsync(Message.newQuery(Record.newRecord(where, Type.TXT, DClass.IN)))
                    .toCompletableFuture()
                    .handle((answer, failed) -> failed == null ? answer : null));
        }
        int showing = 0;
        long stale = 0;
        for (CompletableFuture<@Nullable Message> pending : answers) {
            Message answer = pending.join();
            if (answer != null && trustworthy(answer)) {
                showing += shows(answer, where, value) ? 1 : 0;
                stale = Math.max(stale, lifetime(answer, where));
            }
        }
        return new Sighting(asked.servers().size() + asked.unasked(), showing, Duration.ofSeconds(stale));
    }

    /** A server that is none of the zone's any more may know what it likes. */
    private boolean trustworthy(Message answer) {
        return (answer.getRcode() == Rcode.NOERROR || answer.getRcode() == Rcode.NXDOMAIN)
                && (settings.nobodyElse() || answer.getHeader().getFlag(Flags.AA));
    }

    private static boolean shows(Message answer, Name name, String value) {
        return answer.getSection(Section.ANSWER).stream()
                .anyMatch(record -> record instanceof TXTRecord text
                        && text.getName().equals(name)
                        && String.join("", text.getStrings(false)).equals(value));
    }

    /** In seconds: of the set, or of its absence (RFC 2308 §5). */
    private static long lifetime(Message answer, Name name) {
        for (Record record : answer.getSection(Section.ANSWER)) {
            if (record.getType() == Type.TXT && record.getName().equals(name)) {
                return record.getTTL();
            }
        }
        for (Record record : answer.getSection(Section.AUTHORITY)) {
            if (record instanceof SOARecord start) {
                return Math.min(start.getTTL(), start.getMinimum());
            }
        }
        return 0;
    }

    private Asked servers(String zone) throws LookupFailed {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        int unasked = 0;
        for (Record record : resolved(name(zone), Type.NS)) {
            if (record instanceof NSRecord server) {
                List<InetAddress> own = addresses(server.getTarget());
                unasked += own.isEmpty() ? 1 : 0;
                addresses.addAll(own);
            }
        }
        if (addresses.isEmpty() && unasked == 0) {
            throw new LookupFailed("the zone has no name servers");
        }
        List<Resolver> servers = new ArrayList<>();
        for (InetAddress address : addresses) {
            if (servers.size() < MOST_SERVERS && rule.permits(address)) {
                servers.add(new SimpleResolver(new InetSocketAddress(address, port)));
            } else {
                unasked++;
            }
        }
        return new Asked(servers, unasked);
    }

    /** By IPv4, or by IPv6 where it has no other: from here the one may not be reached, and nobody asks it by both. */
    private List<InetAddress> addresses(Name server) throws LookupFailed {
        List<InetAddress> addresses = new ArrayList<>();
        for (Record record : resolved(server, Type.A)) {
            if (record instanceof ARecord four) {
                addresses.add(four.getAddress());
            }
        }
        if (addresses.isEmpty()) {
            for (Record record : resolved(server, Type.AAAA)) {
                if (record instanceof AAAARecord six) {
                    addresses.add(six.getAddress());
                }
            }
        }
        return addresses;
    }

    private List<Record> resolved(Name name, int type) throws LookupFailed {
        try {
            ExtendedResolver all = new ExtendedResolver(resolvers());
            all.setTimeout(RESOLVING);
            Message answer = all.send(Message.newQuery(Record.newRecord(name, type, DClass.IN)));
            return switch (answer.getRcode()) {
                case Rcode.NOERROR -> answer.getSection(Section.ANSWER);
                case Rcode.NXDOMAIN -> List.of();
                default -> throw new LookupFailed("a resolver answers " + Rcode.string(answer.getRcode()));
            };
        } catch (IOException silent) {
            throw new LookupFailed("no resolver answers");
        }
    }

    private List<Resolver> resolvers() {
        List<InetSocketAddress> addresses = settings.resolvers().isEmpty()
                ? ResolverConfig.getCurrentConfig().servers()
                : settings.resolvers();
        List<Resolver> resolvers = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            SimpleResolver resolver = new SimpleResolver(address);
            resolver.setTimeout(PATIENCE);
            resolvers.add(resolver);
        }
        return resolvers;
    }

    private static Name name(String text) throws LookupFailed {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException malformed) {
            throw new LookupFailed("not a name");
        }
    }

    /** @param unasked servers that have no address, or none that may be asked */
    private record Asked(List<Resolver> servers, int unasked) {}
}

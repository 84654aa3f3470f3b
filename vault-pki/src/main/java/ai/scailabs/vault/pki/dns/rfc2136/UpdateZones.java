package ai.scailabs.vault.pki.dns.rfc2136;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * By updates over TCP that name one record each, so that the server itself leaves all others alone. An answer that does not bear the key's signature counts for nothing.
 */
public final class UpdateZones implements ZoneRecords {
    private static final int PORT = 53;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AddressRule rule;
    private final Credentials credentials;
    private final TSIG key;
    private final String host;
    private final int port;
    private @Nullable SimpleResolver server;

    /** @throws VaultException {@code validation_error} for a key or a port that is none */
    public UpdateZones(AddressRule rule, Credentials credentials) {
        this.rule = rule;
        this.credentials = credentials;
        this.host = credentials.reveal("server");
        this.port = Integer.parseInt(credentials.find("port").orElse(String.valueOf(PORT)));
        if (port > 65_535) {
            throw VaultException.invalidField("credentials.port", "must be a port from 1 to 65535");
        }
        this.key = key(credentials);
    }

    private static TSIG key(Credentials credentials) {
        Name algorithm = switch (credentials.find("tsig_algorithm").orElse("hmac-sha256")) {
            case "hmac-sha384" -> TSIG.HMAC_SHA384;
            case "hmac-sha512" -> TSIG.HMAC_SHA512;
            default -> TSIG.HMAC_SHA256;
        };
        Name name;
        try {
            name = absolute(credentials.reveal("tsig_key_name"));
        } catch (TextParseException malformed) {
            throw VaultException.invalidField("credentials.tsig_key_name", "must be the name of a key");
        }
        try {
            return new TSIG(algorithm, name, Base64.getDecoder().decode(credentials.reveal("tsig_secret")));
        } catch (IllegalArgumentException malformed) {
            throw VaultException.invalidField("credentials.tsig_secret", "must be a key in Base64");
        }
    }

    private static Name absolute(String text) throws TextParseException {
        return Name.fromString(text, Name.root);
    }

    /** Those of the wanted that the server is an authority of: no question of DNS asks for all. */
    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> found = new ArrayList<>();
        for (String zone : wanted) {
            Message answer = asked(Message.newQuery(Record.newRecord(name(zone), Type.SOA, DClass.IN)));
            boolean own = answer.getRcode() == Rcode.NOERROR
                    && answer.getHeader().getFlag(Flags.AA)
                    && answer.findRRset(name(zone), Type.SOA, Section.ANSWER);
            if (own) {
                found.add(zone);
            } else if (answer.getRcode() == Rcode.SERVFAIL) {
                throw new ZoneException(ZoneFailure.UNAVAILABLE, "SERVFAIL");
            }
        }
        return found;
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        Name where = name(name);
        Update update = new Update(name(zone));
        update.add(new TXTRecord(where, DClass.IN, ttl(where), literal(value)));
        requireDone(asked(update));
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        Update update = new Update(name(zone));
        update.delete(new TXTRecord(name(name), DClass.IN, 0, literal(value)));
        Message answer = asked(update);
        if (answer.getRcode() != Rcode.NOTZONE && answer.getRcode() != Rcode.NOTAUTH) {
            requireDone(answer);
        }
    }

    /** That of the set: a record with another would change that of all (RFC 2181 §5.2). */
    private long ttl(Name name) throws ZoneException {
        Message answer = asked(Message.newQuery(Record.newRecord(name, Type.TXT, DClass.IN)));
        return answer.getSection(Section.ANSWER).stream()
                .filter(record ->
                        record.getType() == Type.TXT && record.getName().equals(name))
                .map(Record::getTTL)
                .findFirst()
                .orElse((long) TTL_SECONDS);
    }

    /** The library reads a backslash as the beginning of an escape. */
    private static String literal(String value) {
        return value.replace("\\", "\\\\");
    }

    private static Name name(String text) throws ZoneException {
        try {
            return absolute(text);
        } catch (TextParseException malformed) {
            throw new ZoneException(ZoneFailure.REJECTED, "not a name");
        }
    }

    private Message asked(Message question) throws ZoneException {
        Message answer;
        try {
            answer = server().send(question);
        } catch (IOException silent) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, silent.getClass().getSimpleName());
        }
        TSIGRecord signature = answer.getTSIG();
        if (signature != null && (signature.getError() == Rcode.BADKEY || signature.getError() == Rcode.BADSIG)) {
            throw new ZoneException(ZoneFailure.CREDENTIALS_REFUSED, Rcode.TSIGstring(signature.getError()));
        }
        if (!answer.isVerified()) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, "an answer without the key's signature");
        }
        return answer;
    }

    private SimpleResolver server() throws ZoneException {
        SimpleResolver known = server;
        if (known == null) {
            known = new SimpleResolver(new InetSocketAddress(address(), port));
            known.setTCP(true);
            known.setTSIGKey(key);
            known.setTimeout(PATIENCE);
            server = known;
        }
        return known;
    }

    /** Resolved once; one address that is not permitted is enough to refuse the name. */
    private InetAddress address() throws ZoneException {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            for (InetAddress address : addresses) {
                if (!rule.permits(address)) {
                    throw new ZoneException(ZoneFailure.ENDPOINT_REFUSED, "address");
                }
            }
            return addresses[0];
        } catch (UnknownHostException unknown) {
            throw new ZoneException(ZoneFailure.ENDPOINT_REFUSED, "no address");
        }
    }

    private static void requireDone(Message answer) throws ZoneException {
        int code = answer.getRcode();
        ZoneFailure failure = switch (code) {
            case Rcode.NOERROR -> null;
            case Rcode.REFUSED -> ZoneFailure.DENIED;
            case Rcode.NOTAUTH, Rcode.NOTZONE -> ZoneFailure.ZONE_MISSING;
            case Rcode.SERVFAIL -> ZoneFailure.UNAVAILABLE;
            default -> ZoneFailure.REJECTED;
        };
        if (failure != null) {
            throw new ZoneException(failure, Rcode.string(code));
        }
    }

    @Override
    public void close() {
        credentials.close();
    }
}

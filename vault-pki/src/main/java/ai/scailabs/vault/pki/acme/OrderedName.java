package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.NameSyntax;
import org.shredzone.acme4j.Identifier;

/** A name that a directory is asked for: of a host, of all hosts below one, or an address. */
public record OrderedName(GeneralName name) {
    private static final String IP = "ip:";
    private static final String DNS = "dns:";

    public OrderedName {
        if (!(name instanceof GeneralName.Dns || name instanceof GeneralName.Ip)) {
            throw new IllegalArgumentException("neither a host nor an address");
        }
    }

    /** As the database keeps it: of one spelling already, and of whatever rule there was when it was ordered. */
    static OrderedName ofStored(String text) {
        return text.startsWith(IP)
                ? new OrderedName(NameSyntax.ip(text.substring(IP.length())))
                : new OrderedName(new GeneralName.Dns(text.substring(DNS.length())));
    }

    String stored() {
        return name.kind() + ":" + name.text();
    }

    public String text() {
        return name.text();
    }

    boolean isWildcard() {
        return name instanceof GeneralName.Dns dns && dns.isWildcard();
    }

    boolean isAddress() {
        return name instanceof GeneralName.Ip;
    }

    /** RFC 8555 §7.1.4, RFC 8738 §3. */
    Identifier identifier() {
        return new Identifier(isAddress() ? Identifier.TYPE_IP : Identifier.TYPE_DNS, name.text());
    }

    @Override
    public String toString() {
        return name.text();
    }
}

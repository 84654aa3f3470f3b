package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What holds for servers that tenants name, whatever they are for. */
final class OutboundRules {
    private OutboundRules() {}

    /** @param allowed besides the public Internet, and besides this machine in development */
    static AddressRule addresses(ServerSettings settings, Collection<AddressRange> allowed) {
        List<AddressRange> all = new ArrayList<>(allowed);
        if (settings.development()) {
            all.addAll(AddressRule.LOOPBACK);
        }
        return new AddressRule(all);
    }

    /** The same, for who makes sockets of its own. */
    static TrustManagerFactory trust(@Nullable Path caFile) {
        try {
            return caFile == null ? OutboundTls.trustSystem() : OutboundTls.trustSystemAnd(caFile);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }

    /** @param caFile whom to trust besides those that the runtime trusts; absent for nobody */
    static SSLSocketFactory authorities(@Nullable Path caFile) {
        try {
            return caFile == null ? OutboundTls.system() : OutboundTls.systemAnd(caFile);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }
}

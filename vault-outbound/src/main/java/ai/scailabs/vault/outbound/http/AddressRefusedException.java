package ai.scailabs.vault.outbound.http;

import java.io.IOException;

/** A name leads to no address, or to one that is not permitted: for whoever chose the name, there is no difference. */
public final class AddressRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    AddressRefusedException(String message) {
        super(message);
    }
}

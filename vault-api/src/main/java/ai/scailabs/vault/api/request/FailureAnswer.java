package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How a request is answered that is refused before any handler sees it. */
@FunctionalInterface
public interface FailureAnswer {
    void answer(HttpServletRequest request, HttpServletResponse response, VaultException failure) throws IOException;
}

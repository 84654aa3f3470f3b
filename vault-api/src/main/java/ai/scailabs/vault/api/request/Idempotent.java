package ai.scailabs.vault.api.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler that makes something, and takes an {@code Idempotency-Key}: sent again with it, it is answered as before, and makes nothing. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Idempotent {
    /**
     * Where its answers hold a secret: the path that the caller must still be allowed to write when one is given again, with the variables of the handler's own path in braces.
     */
    String secretBehind() default "";

    /** Whether a role that manages the tenant does in the place of a rule. */
    boolean roleSuffices() default false;
}

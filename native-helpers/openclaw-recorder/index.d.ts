type Handler = (event: unknown, context: unknown) => unknown;

/** As far as the plugin uses it. */
interface PluginApi {
  readonly runtime?: unknown;
  readonly logger?: { warn(text: string): void };
  on(hook: string, handler: Handler, options?: { readonly priority?: number }): void;
}

declare const plugin: { readonly id: string; readonly name: string; register(api: PluginApi): void };
export default plugin;

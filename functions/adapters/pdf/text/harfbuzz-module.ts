/** The functions of `harfbuzz.wasm` that we call; pointers and numbers alike are numbers. */
export type HarfBuzzFunctions = Record<
  | 'malloc'
  | 'free'
  | 'hb_blob_create'
  | 'hb_blob_destroy'
  | 'hb_face_create'
  | 'hb_face_destroy'
  | 'hb_font_create'
  | 'hb_font_get_nominal_glyph'
  | 'hb_buffer_create'
  | 'hb_buffer_set_cluster_level'
  | 'hb_buffer_clear_contents'
  | 'hb_buffer_set_direction'
  | 'hb_buffer_set_script'
  | 'hb_buffer_set_language'
  | 'hb_buffer_add_utf16'
  | 'hb_buffer_get_length'
  | 'hb_buffer_get_glyph_infos'
  | 'hb_buffer_get_glyph_positions'
  | 'hb_language_from_string'
  | 'hb_shape',
  (...numbers: number[]) => number
>;

/** The module's memory, as bytes, 32-bit words and UTF-16 units: asked for each time, since growth makes views stale. */
export type Memory = { bytes(): Uint8Array; words(): Int32Array; units(): Uint16Array };

type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
type WasmExports = HarfBuzzFunctions & { memory: WasmMemory; __wasm_call_ctors(): void };
/** TypeScript describes it among the browser's things, which the rest of the code must not see. */
type Wasm = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, object>) => { exports: unknown };
};

const bytesOfPage = 65_536;

/** Compiles and starts the module. Its imports are what Emscripten asks for; a HarfBuzz at work needs only more memory. */
export function startModule(bytes: Uint8Array): { hb: HarfBuzzFunctions; memory: Memory } {
  const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Wasm };
  let exports: WasmExports | undefined;
  const grow = (wanted: number): number => {
    try {
      exports?.memory.grow(Math.ceil((wanted - exports.memory.buffer.byteLength) / bytesOfPage));
      return 1;
    } catch {
      return 0; // malloc then answers null
    }
  };
  const instance = new wasm.Instance(new wasm.Module(bytes), {
    wasi_snapshot_preview1: { proc_exit: stopped },
    env: {
      _abort_js: stopped,
      _emscripten_runtime_keepalive_clear: () => undefined,
      _setitimer_js: () => 0,
      emscripten_resize_heap: grow,
    },
  });
  exports = instance.exports as WasmExports;
  exports.__wasm_call_ctors();
  return { hb: exports, memory: views(exports.memory) };
}

function stopped(): never {
  throw new Error('HarfBuzz stopped: it has no memory left, or met a fault of its own');
}

function views(memory: WasmMemory): Memory {
  const over = (buffer: ArrayBuffer) => ({
    buffer,
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    units: new Uint16Array(buffer),
  });
  let current = over(memory.buffer);
  const fresh = () => {
    if (current.buffer !== memory.buffer) current = over(memory.buffer);
    return current;
  };
  return { bytes: () => fresh().bytes, words: () => fresh().words, units: () => fresh().units };
}

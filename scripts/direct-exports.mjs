// Exports that do nothing but call a function with what they are given: in the release build that function is what is exported.

/** Exports the functions behind such exports, by the names that `rename` gives them; the order of the exports stays. */
export function exportDirectly(binaryen, module, rename = (name) => name) {
  const exports = Array.from({ length: module.getNumExports() }, (_, index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  )
  for (const { name } of exports) module.removeExport(name)
  for (const { name, value } of exports) module.addFunctionExport(behind(binaryen, module, value), rename(name))
}

/** The function that another one hands all its parameters to, and whose result it gives; else that one itself. */
function behind(binaryen, module, name) {
  const { params, results, body } = binaryen.getFunctionInfo(module.getFunction(name))
  const call = binaryen.getExpressionInfo(body)
  if (call.id !== binaryen.CallId || call.isReturn) return name
  const parameters = binaryen.expandType(params)
  const handedOn = call.operands.length === parameters.length && call.operands.every(isParameter(binaryen))
  const target = binaryen.getFunctionInfo(module.getFunction(call.target))
  return handedOn && target.params === params && target.results === results && !target.base ? call.target : name
}

function isParameter(binaryen) {
  return (operand, place) => {
    const { id, index } = binaryen.getExpressionInfo(operand)
    return id === binaryen.LocalGetId && index === place
  }
}
